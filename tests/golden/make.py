"""Makes the golden cases of single ops in this folder: what PyTorch computes for each.

Run it from the root with `PYTHONPATH=. python tests/golden/make.py` (PyTorch 2, safetensors). Each case is
one safetensors file; tests/golden.rs names what it reads from it. Pictures are [height][width][3] in 0..=1,
feature maps [height][width][channels].
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional

from training.networks.dysample import DySample
from training.networks.srcnn import enlarged
from training.release.weights import read_tensors

HERE = Path(__file__).parent


def to_hwc(value: torch.Tensor) -> torch.Tensor:
    """[1][channels][height][width] to [height][width][channels]."""
    return value[0].permute(1, 2, 0).contiguous()


def conv3x3() -> None:
    """PReLU(conv(source)) + residual, 5 to 6 channels on an odd size."""
    source, residual = torch.randn(1, 5, 7, 9), torch.randn(1, 6, 7, 9)
    weight, bias, slopes = torch.randn(6, 5, 3, 3), torch.randn(6), torch.rand(6)
    plain = functional.conv2d(source, weight, bias, padding=1)
    save_file(
        {
            "source": to_hwc(source),
            "residual": to_hwc(residual),
            "weight": weight,
            "bias": bias,
            "slopes": slopes,
            "plain": to_hwc(plain),
            "activated": to_hwc(functional.prelu(plain, slopes)),
            "added": to_hwc(functional.prelu(plain, slopes) + residual),
        },
        HERE / "conv3x3.safetensors",
    )


def pixel_shuffle() -> None:
    """Shuffle the source and add the picture enlarged by nearest neighbour, for each scale."""
    for scale in (1, 2, 3, 4):
        source, picture = torch.randn(1, 3 * scale**2, 5, 7), torch.rand(1, 3, 5, 7)
        nearest = functional.interpolate(picture, scale_factor=scale, mode="nearest")
        output = functional.pixel_shuffle(source, scale) + nearest
        save_file(
            {"source": to_hwc(source), "picture": to_hwc(picture), "output": to_hwc(output)},
            HERE / f"pixel_shuffle_x{scale}.safetensors",
        )


def conv_kinds() -> None:
    """Give every kernel, stride, activation and way to combine that `conv3x3` has not, 5 to 6 channels."""
    source, other = torch.randn(1, 5, 9, 11), torch.randn(1, 6, 9, 11)
    small, wide = torch.randn(6, 5, 3, 3) / 4, torch.randn(6, 5, 5, 5) / 8
    bias = torch.randn(6)
    sums = functional.conv2d(source, small, bias, padding=1)
    large = functional.interpolate(source, scale_factor=2, mode="nearest")
    save_file(
        {
            "source": to_hwc(source),
            "other": to_hwc(other),
            "small": small,
            "wide": wide,
            "bias": bias,
            "strided": to_hwc(functional.conv2d(source, small, bias, stride=2)),
            "silu": to_hwc(functional.silu(functional.conv2d(source, wide, bias, padding=2))),
            "mish_upsampled": to_hwc(functional.mish(functional.conv2d(large, small, bias, padding=1))),
            "sigmoid_multiplied": to_hwc(torch.sigmoid(sums) * other),
            "attended": to_hwc((sums + other) * (torch.sigmoid(sums) - 0.5)),
            "added_twice": to_hwc(sums + 0.5 * other - 0.25 * other),
        },
        HERE / "conv_kinds.safetensors",
    )


def pooling_and_resizing() -> None:
    """Pool windows, and resize: bilinear to any size, bicubic by a factor as MATLAB does."""
    source = torch.randn(1, 6, 17, 20)
    pooled = functional.max_pool2d(source, kernel_size=7, stride=3)
    bilinear = functional.interpolate(pooled, (17, 20), mode="bilinear", align_corners=False)
    picture = torch.rand(1, 3, 5, 7)
    save_file(
        {
            "source": to_hwc(source),
            "pooled": to_hwc(pooled),
            "bilinear": to_hwc(bilinear),
            "picture": to_hwc(picture),
            "bicubic": to_hwc(enlarged(picture, 3)),
        },
        HERE / "resize.safetensors",
    )


def pixel_unshuffle() -> None:
    """Unshuffle pictures by 2 and by 4."""
    picture = torch.rand(1, 3, 8, 12)
    shuffled = {f"by_{factor}": to_hwc(functional.pixel_unshuffle(picture, factor)) for factor in (2, 4)}
    save_file({"picture": to_hwc(picture)} | shuffled, HERE / "pixel_unshuffle.safetensors")


def norms() -> None:
    """Normalise three groups of channels and add a residual, and normalise each pixel."""
    source, residual = torch.randn(1, 6, 7, 9) * 3 + 1, torch.randn(1, 6, 7, 9)
    weight, bias = torch.rand(6) + 0.5, torch.randn(6)
    channels_last = source.permute(0, 2, 3, 1)
    save_file(
        {
            "source": to_hwc(source),
            "residual": to_hwc(residual),
            "weight": weight,
            "bias": bias,
            "group_norm": to_hwc(functional.group_norm(source, 3, weight, bias, eps=1e-5) + residual),
            "layer_norm": functional.layer_norm(channels_last, (6,), weight, bias, eps=1e-6)[0].contiguous(),
        },
        HERE / "norms.safetensors",
    )


def dy_sample() -> None:
    """Sample two groups of channels at places up to some pixels away, by factor 2."""
    sampler = DySample(6, None, 2, 2)
    source = torch.randn(1, 6, 5, 7)
    with torch.no_grad():
        sampler.offset.weight.normal_(std=1.5)
        # The op gets offsets that are ready: the sampler's own formula without the first positions.
        offsets = 0.5 * sampler.offset(source) * torch.sigmoid(sampler.scope(source))
        output = sampler(source)
    save_file(
        {"source": to_hwc(source), "offsets": to_hwc(offsets), "output": to_hwc(output)},
        HERE / "dy_sample.safetensors",
    )


def eight_bits() -> None:
    """Weights in 8 bits with scales in f16 and f32, integers without, and what the recipe reads them as."""
    integers = torch.arange(-127, 128).to(torch.int8)
    stored = {
        "half.weight": integers[:252].reshape(7, 4, 3, 3).clone(),
        "half.weight.scale": torch.linspace(1e-6, 0.7, 7).half(),
        "full.weight": integers.reshape(5, 51),
        "full.weight.scale": torch.linspace(0.1, 1e4, 5) / 3,
        "plain": integers[::50].contiguous(),
        "bias": torch.linspace(-1, 1, 9).half(),
    }
    save_file(stored, HERE / "eight_bits.safetensors")
    read, _ = read_tensors(HERE / "eight_bits.safetensors")
    save_file(
        {name: tensor.float() for name, tensor in read.items()},
        HERE / "eight_bits_as_f32.safetensors",
    )


if __name__ == "__main__":
    torch.manual_seed(1)
    conv3x3()
    pixel_shuffle()
    conv_kinds()
    pooling_and_resizing()
    pixel_unshuffle()
    norms()
    dy_sample()
    eight_bits()
