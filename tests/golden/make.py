"""Makes the golden cases in this folder: what PyTorch computes for each op and for small Compact networks.

Run it with `python tests/golden/make.py` (PyTorch 2, safetensors). Each case is one safetensors file;
tests/golden.rs names what it reads from it. Pictures are [height][width][3] in 0..=1, feature maps
[height][width][channels].
"""

from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

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


class Compact(nn.Module):
    """SRVGGNetCompact as the Real-ESRGAN paper describes it."""

    def __init__(self, features: int, convs: int, scale: int) -> None:
        """Make `convs` inner convolutions of `features` channels."""
        super().__init__()
        self.scale = scale
        widths = [3] + [features] * (convs + 1)
        self.body = nn.ModuleList()
        for inputs, outputs in pairwise(widths):
            self.body += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.PReLU(outputs)]
        self.body.append(nn.Conv2d(features, 3 * scale**2, 3, padding=1))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Enlarge a picture."""
        value = picture
        for layer in self.body:
            value = layer(value)
        nearest = functional.interpolate(picture, scale_factor=self.scale, mode="nearest")
        return functional.pixel_shuffle(value, self.scale) + nearest


def compact() -> None:
    """Small networks with odd widths, under each prefix in use, on a picture of 8-bit values."""
    cases = ((1, 6, 1, ""), (2, 9, 2, "params."), (3, 5, 0, "params_ema."), (4, 12, 3, ""))
    for scale, features, convs, prefix in cases:
        network = Compact(features, convs, scale)
        for name, parameter in network.named_parameters():
            if parameter.ndim == 1 and name.endswith("weight"):
                nn.init.uniform_(parameter, 0.0, 0.5)
        picture = torch.randint(0, 256, (1, 3, 11, 13)).float() / 255
        weights = {f"weights.{prefix}{name}": value.detach() for name, value in network.named_parameters()}
        with torch.no_grad():
            output = network(picture)
        save_file(
            weights | {"picture": to_hwc(picture), "output": to_hwc(output)},
            HERE / f"compact_x{scale}.safetensors",
        )


if __name__ == "__main__":
    torch.manual_seed(1)
    conv3x3()
    pixel_shuffle()
    compact()
