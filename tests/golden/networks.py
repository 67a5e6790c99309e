"""Makes the golden networks in `networks/`: small ones with random weights, and what PyTorch makes of each.

Run it from the root with `PYTHONPATH=. python tests/golden/networks.py` (PyTorch 2, safetensors). Each case
is one safetensors file: `weights.` and the names of a community file, `picture` [height][width][3] of 8-bit
values in 0..=1, and `output` [height * scale][width * scale][3], not clamped. What such a file cannot tell
(`scale`, `act`) is in the header's metadata. Widths are odd here and multiples of 4 there, so that mistakes
with padded channels show.
"""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from training.networks import build
from training.networks.compact import Compact
from training.networks.realplksr import LayerNorm, RealPLKSR
from training.networks.rlfn import RLFN
from training.networks.rrdb import DenseBlock, RRDBNet
from training.networks.span import SPAN, AttentionBlock, folded
from training.networks.spanf import SPANF
from training.networks.srcnn import SRCNN

FOLDER = Path(__file__).parent / "networks"

Tensors = dict[str, Tensor]


def to_hwc(value: Tensor) -> Tensor:
    """[1][channels][height][width] to [height][width][channels]."""
    return value[0].permute(1, 2, 0).contiguous()


def randomise(network: nn.Module) -> None:
    """Draw all weights so that values neither die out nor grow on their way."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.normal_(module.bias, std=0.3)
        elif isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, 0.0, 0.5)
        elif isinstance(module, nn.GroupNorm | LayerNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
    for module in network.modules():
        # Attention and residuals take off much of what they are of.
        if isinstance(module, AttentionBlock):
            module.c3_r.eval_conv.weight.data *= 2.5
        elif isinstance(module, DenseBlock):
            module.conv5.weight.data *= 3
    if getattr(network, "norm", False):
        # The normalised picture is in -128..128.
        network.conv_1.eval_conv.weight.data /= 64
    if isinstance(network, RLFN):
        network.conv_1.weight.data /= 64


def calibrate(network: nn.Module, last: str, picture: Tensor, mean: float, deviation: float) -> None:
    """Give what the convolution `last` makes of the picture this mean and standard deviation."""
    conv, made = network.get_submodule(last), []
    hook = conv.register_forward_hook(lambda module, inputs, output: made.append(output))
    with torch.no_grad():
        network(picture)
        factor = deviation / made[0].std()
        conv.weight *= factor
        conv.bias -= made[0].mean()
        conv.bias *= factor
        conv.bias += mean
    hook.remove()


def in_training_form(tensors: Tensors) -> Tensors:
    """Return tensors in which each `eval_conv` is out of date beside the convolutions it stands for."""
    result = dict(tensors)
    for name in [name.removesuffix(".eval_conv.weight") for name in tensors if "eval_conv.weight" in name]:
        weight = tensors[f"{name}.eval_conv.weight"]
        outputs, inputs = weight.shape[:2]
        parts = {
            "sk": nn.Conv2d(inputs, outputs, 1),
            "conv.0": nn.Conv2d(inputs, 2 * inputs, 1),
            "conv.1": nn.Conv2d(2 * inputs, 2 * outputs, 3),
            "conv.2": nn.Conv2d(2 * outputs, outputs, 1),
            "eval_conv": nn.Conv2d(inputs, outputs, 3),
        }
        # About as large as the weights they stand for.
        share = weight.std() * (9 * inputs / 2) ** 0.5
        for part, conv in parts.items():
            randomise(conv)
            factor = share if part in ("sk", "conv.2") else 0.7
            result[f"{name}.{part}.weight"] = conv.weight.data * factor
            result[f"{name}.{part}.bias"] = conv.bias.data
    return result


def write(
    name: str,
    network: nn.Module,
    last: str,
    size: tuple[int, int] = (11, 13),
    mean: float = 0.5,
    deviation: float = 0.2,
    rename: Callable[[str], str] = str,
    trained: bool = False,
    hints: dict[str, str | int] | None = None,
) -> None:
    """Write one case; the picture is `size` (height, width), `last` the convolution that fixes the range."""
    torch.manual_seed(zlib.crc32(name.encode()))
    network.eval().requires_grad_(False)
    randomise(network)
    picture = torch.randint(0, 256, (1, 3, *size)).float() / 255
    tensors = network.state_dict()
    if trained:
        tensors = in_training_form(tensors)
        network.load_state_dict(folded(tensors))
    calibrate(network, last, picture, mean, deviation)
    tensors |= {f"{last}.{kind}": network.state_dict()[f"{last}.{kind}"] for kind in ("weight", "bias")}
    tensors = {rename(name): tensor for name, tensor in tensors.items()}
    hints = hints or {}
    output = build(tensors, **hints)(picture)
    torch.testing.assert_close(output, network(picture))
    weights = {f"weights.{name}": tensor.contiguous() for name, tensor in tensors.items()}
    metadata = {key: str(value) for key, value in hints.items()}
    parts = {"picture": to_hwc(picture), "output": to_hwc(output)}
    save_file(weights | parts, FOLDER / f"{name}.safetensors", metadata or None)


def prefixed(prefix: str) -> Callable[[str], str]:
    """Return the renaming to what a training tool files weights under."""
    return lambda name: prefix + name


def trunk_style(name: str) -> str:
    """Return what the ESRGAN repository calls a tensor of RRDBNet."""
    name = re.sub(r"^body\.(\d+)\.rdb", r"RRDB_trunk.\1.RDB", name).replace("conv_body", "trunk_conv")
    return name.replace("conv_up", "upconv").replace("conv_hr", "HRconv")


def oldest_style(blocks: int, steps: int) -> Callable[[str], str]:
    """Return the renaming to what the first version of ESRGAN calls the tensors of RRDBNet."""
    fixed = {
        "conv_first": "model.0",
        "conv_body": f"model.1.sub.{blocks}",
        "conv_hr": f"model.{3 * steps + 2}",
        "conv_last": f"model.{3 * steps + 4}",
    } | {f"conv_up{number}": f"model.{3 * number}" for number in range(1, steps + 1)}

    def rename(name: str) -> str:
        module, _, kind = name.rpartition(".")
        if module in fixed:
            return f"{fixed[module]}.{kind}"
        name = re.sub(r"^body\.(\d+)\.rdb", r"model.1.sub.\1.RDB", name)
        return re.sub(r"(conv\d)\.", r"\1.0.", name)

    return rename


def compact() -> None:
    """With each activation and prefix in use; the output is the picture and a residual."""
    residual = {"mean": 0.0, "deviation": 0.1}
    cases = ((1, 6, 1, ""), (2, 9, 2, "params."), (3, 5, 0, "params_ema."), (4, 12, 3, ""))
    for scale, width, depth, prefix in cases:
        last = f"body.{2 * depth + 2}"
        network = Compact(width, depth, scale)
        write(f"compact_x{scale}", network, last, (9, 7), rename=prefixed(prefix), **residual)
    write("compact_relu_x2", Compact(7, 2, 2, "relu"), "body.6", hints={"act": "relu"}, **residual)
    write("compact_leaky_x2", Compact(6, 1, 2, "leakyrelu"), "body.4", hints={"act": "leakyrelu"}, **residual)


def rrdb() -> None:
    """In the three styles of names, for each way to the scale, and ESRGAN+."""

    def case(
        name: str,
        sizes: tuple[int, int, int],
        steps: tuple[int, ...],
        rename: Callable[[str], str] = str,
        size: tuple[int, int] = (7, 9),
        unshuffle: int = 1,
        plus: bool = False,
        hints: dict[str, str | int] | None = None,
    ) -> None:
        network = RRDBNet(*sizes, steps, unshuffle, plus)
        write(f"rrdb_{name}", network, "conv_last", size, rename=rename, hints=hints)

    case("new_x4", (6, 3, 1), (2, 2), prefixed("params_ema."))
    case("new_x8", (4, 2, 1), (2, 2, 2), size=(5, 7))
    case("trunk_x4", (4, 4, 1), (2, 2), trunk_style)
    case("old_x4", (5, 2, 1), (2, 2), oldest_style(1, 2))
    case("old_x1", (6, 3, 1), (), oldest_style(1, 0), size=(11, 13))
    case("old_x2", (5, 2, 2), (2,), oldest_style(2, 1), size=(11, 13))
    case("old_x3", (4, 3, 1), (3,), oldest_style(1, 1), hints={"scale": 3})
    case("old_x8", (4, 2, 1), (2, 2, 2), oldest_style(1, 3), size=(5, 7))
    case("plus_x4", (6, 3, 1), (2, 2), oldest_style(1, 2), plus=True)
    case("unshuffle_x2", (6, 3, 1), (2, 2), size=(11, 13), unshuffle=2)
    case("unshuffle_x1", (4, 3, 1), (2, 2), size=(13, 11), unshuffle=4)


def span() -> None:
    """As trained, with `eval_conv` out of date, and as published for use; SPANF."""
    write("span_trained_x4", SPAN(3, 4), "upsampler.0", (5, 7), trained=True)
    write("span_plain_x2", SPAN(5, 2), "upsampler.0", rename=prefixed("params."))
    write("span_no_norm_x3", SPAN(4, 3, norm=False), "upsampler.0")
    residual = {"mean": 0.0, "deviation": 0.1}
    write("span_near_skip_x3", SPAN(4, 3, norm=False, near=True), "upsampler.0", **residual)
    write("spanf_x4", SPANF(6, 4), "conv_2.eval_conv", (7, 9))
    write("spanf_x2", SPANF(4, 2), "conv_2.eval_conv")


def rlfn() -> None:
    """Once with several pooled pixels, once with a single one."""
    levels = {"mean": 127.0, "deviation": 50.0}
    write("rlfn_x2", RLFN(5, 6, 3, 3, 2), "upsampler.0", (25, 21), **levels)
    write("rlfn_x3", RLFN(4, 4, 4, 2, 3), "upsampler.0", (17, 15), **levels)


def realplksr() -> None:
    """With and without the element-wise attention, with both normalisations and both enlargements."""
    residual = {"mean": 0.0, "deviation": 0.1}
    write("realplksr_x2", RealPLKSR(8, 2, 2, 2), "feats.4", (19, 21), **residual)
    write("realplksr_no_attention_x3", RealPLKSR(8, 1, 3, 2, 13, False), "feats.3", (11, 9), **residual)
    write("realplksr_layer_norm_x2", RealPLKSR(7, 1, 2, 3, layer_norm=True), "feats.3", (19, 21), **residual)
    sampled = RealPLKSR(8, 1, 2, 2, sample_groups=4)
    write("realplksr_dysample_x2", sampled, "to_img.end_conv", (19, 21))
    sampled = RealPLKSR(8, 1, 3, 2, sample_groups=3)
    write("realplksr_dysample_x3", sampled, "to_img.end_conv", (9, 11))


def srcnn() -> None:
    """On luma (9-1-5) and on colours (9-5-5)."""
    write("srcnn_luma_x3", SRCNN(1, [6, 5], [9, 1, 5], 3), "conv3", hints={"scale": 3})
    write("srcnn_rgb_x2", SRCNN(3, [5, 4], [9, 5, 5], 2), "conv3", hints={"scale": 2})


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for make in (compact, rrdb, span, rlfn, realplksr, srcnn):
        make()
