"""A U-Net that tells for every pixel whether it looks true (Wang et al., 2021, Real-ESRGAN)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm


def normed(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Module:
    """Return a convolution without bias whose largest singular value is kept at 1 (Miyato et al., 2018)."""
    return spectral_norm(nn.Conv2d(inputs, outputs, kernel, stride, 1, bias=False))


class Discriminator(nn.Module):
    """Takes pictures (batch, 3, height, width) with sides that are multiples of 8."""

    def __init__(self, width: int) -> None:
        """Start with `width` channels, up to eight times as many further down."""
        super().__init__()
        self.head = nn.Conv2d(3, width, 3, padding=1)
        sizes = [width, 2 * width, 4 * width, 8 * width]
        pairs = list(pairwise(sizes))
        self.down = nn.ModuleList(normed(narrow, wide, 4, stride=2) for narrow, wide in pairs)
        self.up = nn.ModuleList(normed(wide, narrow, 3) for narrow, wide in reversed(pairs))
        self.tail = nn.ModuleList([normed(width, width, 3), nn.Conv2d(width, 1, 3, padding=1)])

    def forward(self, picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return logits (batch, 1, height, width), above nought for true, and the features on the way."""
        features = [functional.leaky_relu(self.head(picture), 0.2)]
        for layer in self.down:
            features.append(functional.leaky_relu(layer(features[-1]), 0.2))
        value = features[-1]
        for layer, beside in zip(self.up, reversed(features[: len(self.up)]), strict=True):
            larger = functional.interpolate(value, scale_factor=2, mode="bilinear", align_corners=False)
            value = functional.leaky_relu(layer(larger), 0.2) + beside
            features.append(value)
        refine, judge = self.tail
        logits = judge(functional.leaky_relu(refine(value), 0.2))
        return logits, features


def adversarial_loss(logits: Tensor, true: bool) -> Tensor:
    """Return the cross-entropy of judging all pixels as `true` says."""
    wanted = torch.full_like(logits, float(true))
    return functional.binary_cross_entropy_with_logits(logits, wanted)


def matching_loss(made: list[Tensor], true: list[Tensor]) -> Tensor:
    """Return how far the features of two pictures are apart, each layer by its own size.

    It stands in for a loss on the features of a network trained on photographs (Larsen et al., 2016).
    """
    layers = [
        (one - other.detach()).abs().mean() / (other.detach().abs().mean() + 1e-6)
        for one, other in zip(made, true, strict=True)
    ]
    return torch.stack(layers).mean()
