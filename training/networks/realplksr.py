"""RealPLKSR: PLKSR, partial large kernel networks (Lee et al., 2024), as neosr has it."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .dysample import DySample

NORM_GROUPS = 4
GROUP_NORM_EPSILON = 1e-5
LAYER_NORM_EPSILON = 1e-6


class LayerNorm(nn.Module):
    """Normalises the channels of each pixel by themselves."""

    def __init__(self, width: int) -> None:
        """Normalise `width` channels."""
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        centred = source - source.mean(1, keepdim=True)
        deviation = torch.sqrt(centred.square().mean(1, keepdim=True) + LAYER_NORM_EPSILON)
        return self.weight[:, None, None] * (centred / deviation) + self.bias[:, None, None]


class PartialConv(nn.Module):
    """A large kernel over the first channels; the others pass."""

    def __init__(self, part: int, kernel: int) -> None:
        """Convolve `part` channels."""
        super().__init__()
        self.conv = nn.Conv2d(part, part, kernel, padding=kernel // 2)

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        part = self.conv.in_channels
        return torch.cat([self.conv(source[:, :part]), source[:, part:]], 1)


class ElementAttention(nn.Module):
    """Weighs each value by what a convolution and a sigmoid make of its neighbourhood."""

    def __init__(self, width: int) -> None:
        """Weigh features of `width` channels."""
        super().__init__()
        self.f = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.Sigmoid())

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        return source * self.f(source)


class Block(nn.Module):
    """Mixer, large kernel, attention and a 1x1 convolution around a residual, normalised at one end."""

    def __init__(self, width: int, part: int, kernel: int, attention: bool, layer_norm: bool) -> None:
        """Take and return `width` channels, of which `part` see the large kernel.

        `layer_norm` normalises each pixel at the start instead of groups of channels at the end.
        """
        super().__init__()
        self.layer_norm = LayerNorm(width) if layer_norm else nn.Identity()
        widen, narrow = nn.Conv2d(width, 2 * width, 3, padding=1), nn.Conv2d(2 * width, width, 3, padding=1)
        self.channel_mixer = nn.Sequential(widen, nn.Mish(), narrow)
        self.lk = PartialConv(part, kernel)
        self.attn = ElementAttention(width) if attention else nn.Identity()
        self.refine = nn.Conv2d(width, width, 1)
        self.norm = nn.Identity() if layer_norm else nn.GroupNorm(NORM_GROUPS, width, GROUP_NORM_EPSILON)

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        mixed = self.lk(self.channel_mixer(self.layer_norm(source)))
        return source + self.norm(self.refine(self.attn(mixed)))


class RealPLKSR(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1, by a whole factor."""

    def __init__(
        self,
        width: int = 64,
        blocks: int = 28,
        scale: int = 4,
        part: int = 16,
        kernel: int = 17,
        attention: bool = True,
        layer_norm: bool = False,
        sample_groups: int = 0,
    ) -> None:
        """Build `blocks` blocks; see `Block`.

        With `sample_groups`, DySample enlarges in as many groups; else a pixel shuffle does.
        """
        super().__init__()
        self.scale = scale
        self.feats = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1),
            *(Block(width, part, kernel, attention, layer_norm) for _ in range(blocks)),
            nn.Dropout2d(0),
            nn.Conv2d(width, 3 * scale**2, 3, padding=1),
        )
        if sample_groups:
            outputs = None if scale == 1 else 3
            self.to_img: nn.Module = DySample(3 * scale**2, outputs, scale, sample_groups)
        else:
            self.to_img = nn.PixelShuffle(scale)

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        return self.to_img(self.feats(small) + small.repeat_interleave(self.scale**2, dim=1))


def realplksr_from_tensors(tensors: dict[str, Tensor]) -> RealPLKSR:
    """Build the network whose sizes the tensors' names and shapes tell and load them, strictly.

    Raises KeyError or RuntimeError when the tensors are not those of a RealPLKSR.
    """
    last = max(int(name.split(".")[1]) for name in tensors if name.startswith("feats."))
    scale = math.isqrt(tensors[f"feats.{last}.weight"].shape[0] // 3)
    offset = tensors.get("to_img.offset.bias")
    network = RealPLKSR(
        width=tensors["feats.0.weight"].shape[0],
        blocks=last - 2,
        scale=scale,
        part=tensors["feats.1.lk.conv.weight"].shape[0],
        kernel=tensors["feats.1.lk.conv.weight"].shape[2],
        attention="feats.1.attn.f.0.weight" in tensors,
        layer_norm="feats.1.layer_norm.weight" in tensors,
        sample_groups=0 if offset is None else offset.shape[0] // (2 * scale**2),
    )
    network.load_state_dict(tensors)
    return network
