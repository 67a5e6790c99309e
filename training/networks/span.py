"""SPAN, the Swift Parameter-free Attention Network (Wan et al., 2023)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

MEAN = (0.4488, 0.4371, 0.4040)
RANGE = 255.0


class Conv3XC(nn.Module):
    """A 3x3 convolution that is trained as several; here it is the one they fold into, `eval_conv`."""

    def __init__(self, inputs: int, outputs: int) -> None:
        """Take `inputs` and return `outputs` channels."""
        super().__init__()
        self.eval_conv = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same height and width."""
        return self.eval_conv(source)


class AttentionBlock(nn.Module):
    """Three convolutions, the first two with SiLU, and an attention without parameters: SPAB.

    A block that changes the number of channels has no attention; only SPANF has such a one.
    """

    def __init__(self, inputs: int, width: int) -> None:
        """Take `inputs` and return `width` channels."""
        super().__init__()
        self.attends = inputs == width
        self.c1_r, self.c2_r, self.c3_r = (Conv3XC(i, width) for i in (inputs, width, width))

    def forward(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Return the block's output, and the output of its first convolution after SiLU."""
        first = functional.silu(self.c1_r(source))
        third = self.c3_r(functional.silu(self.c2_r(first)))
        if not self.attends:
            return third, first
        return (third + source) * (torch.sigmoid(third) - 0.5), first


class SPAN(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1, by a whole factor."""

    def __init__(self, width: int = 48, scale: int = 4, norm: bool = True, near: bool = False) -> None:
        """Build six blocks of `width` channels; `norm` says whether the picture is normalised first.

        With `near`, which the published network does not know, only what to add to the picture enlarged by
        repeating pixels is computed. Features then hold no picture, so f16 is fine enough for them.
        """
        super().__init__()
        self.scale, self.norm, self.near = scale, norm, near
        if near:
            self.register_buffer("near_skip", torch.zeros(1))
        if not norm:
            self.register_buffer("no_norm", torch.zeros(1))
        self.register_buffer("mean", torch.tensor(MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.conv_1 = Conv3XC(3, width)
        for number in range(1, 7):
            self.add_module(f"block_{number}", AttentionBlock(width, width))
        self.conv_cat = nn.Conv2d(4 * width, width, 1)
        self.conv_2 = Conv3XC(width, width)
        self.upsampler = nn.Sequential(nn.Conv2d(width, 3 * scale**2, 3, padding=1), nn.PixelShuffle(scale))

    def detail(self, small: Tensor) -> Tensor:
        """Return the picture before the shuffle: (batch, 3 * scale * scale, height, width)."""
        features = self.conv_1((small - self.mean) * RANGE if self.norm else small)
        one, _ = self.block_1(features)
        value = one
        for block in (self.block_2, self.block_3, self.block_4, self.block_5):
            value, _ = block(value)
        # The published block activates in place, so what it passes on of its inside is after SiLU.
        six, inside = self.block_6(value)
        joined = self.conv_cat(torch.cat([features, self.conv_2(six), one, inside], 1))
        return self.upsampler[0](joined)

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        large = self.upsampler[1](self.detail(small))
        return large + functional.interpolate(small, scale_factor=self.scale) if self.near else large

    def wanted_detail(self, small: Tensor, large: Tensor) -> Tensor:
        """Return the detail that would make `forward` give `large` exactly."""
        wanted = functional.pixel_unshuffle(large, self.scale)
        return wanted - small.repeat_interleave(self.scale**2, dim=1) if self.near else wanted


def fold(skip: list[Tensor], convs: list[list[Tensor]]) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the 3x3 convolution that 1x1, 3x3 and 1x1 ones with a 1x1 skip make.

    All come as weight and bias. The training form pads the picture with zeros before the first 1x1
    convolution, so its bias reaches beyond the border just as the folded bias does: the fold is exact.
    """
    (widen, widen_bias), (middle, middle_bias), (narrow, narrow_bias) = convs
    last, first = narrow[:, :, 0, 0], widen[:, :, 0, 0]
    weight = torch.einsum("om,mnyx,ni->oiyx", last, middle, first)
    weight[:, :, 1, 1] += skip[0][:, :, 0, 0]
    inner = middle.sum((2, 3)) @ widen_bias + middle_bias
    return weight, last @ inner + narrow_bias + skip[1]


def folded(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with each convolution in its plain form, whatever form the file has it in.

    In a file from training, `eval_conv` may be older than the convolutions it stands for and is not read.
    """
    kinds = ("weight", "bias")
    trained = [name.removesuffix(".sk.weight") for name in tensors if name.endswith(".sk.weight")]
    plain = {name: t for name, t in tensors.items() if not name.startswith(tuple(f"{t}." for t in trained))}
    for name in trained:
        skip = [tensors[f"{name}.sk.{kind}"] for kind in kinds]
        convs = [[tensors[f"{name}.conv.{number}.{kind}"] for kind in kinds] for number in range(3)]
        weight, bias = fold(skip, convs)
        plain |= {f"{name}.eval_conv.weight": weight, f"{name}.eval_conv.bias": bias}
    return plain


def span_from_tensors(tensors: dict[str, Tensor]) -> SPAN:
    """Build the network whose sizes the tensors' shapes tell and load them, strictly.

    Raises KeyError or RuntimeError when the tensors are not those of a SPAN.
    """
    tensors = folded(tensors)
    network = SPAN(
        width=tensors["conv_1.eval_conv.weight"].shape[0],
        scale=math.isqrt(tensors["upsampler.0.weight"].shape[0] // 3),
        norm="no_norm" not in tensors,
        near="near_skip" in tensors,
    )
    network.load_state_dict(tensors)
    return network
