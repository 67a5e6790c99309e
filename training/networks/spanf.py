"""SPANF, the faster SPAN of the NTIRE 2025 challenge on efficient super-resolution (Ren et al., 2025)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .span import AttentionBlock, Conv3XC, folded


class SPANF(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1, by a whole factor."""

    def __init__(self, width: int = 32, scale: int = 4) -> None:
        """Build five blocks of `width` channels, the first without attention."""
        super().__init__()
        self.scale = scale
        self.conv_near = nn.Conv2d(3, 3 * scale**2, 3, padding=1, groups=3, bias=False)
        for number in range(1, 6):
            self.add_module(f"block_{number}", AttentionBlock(3 if number == 1 else width, width))
        self.conv_cat = nn.Conv2d(2 * width + 3 * scale**2, width, 1)
        self.conv_2 = Conv3XC(width, 3 * scale**2)

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        near = self.conv_near(small)
        one, _ = self.block_1(small)
        value = one
        for block in (self.block_2, self.block_3, self.block_4, self.block_5):
            value, _ = block(value)
        joined = self.conv_cat(torch.cat([near, value, one], 1))
        return functional.pixel_shuffle(self.conv_2(joined), self.scale)


def spanf_from_tensors(tensors: dict[str, Tensor]) -> SPANF:
    """Build the network whose sizes the tensors' shapes tell and load them, strictly.

    Raises KeyError or RuntimeError when the tensors are not those of a SPANF.
    """
    tensors = folded(tensors)
    width, scale = tensors["conv_cat.weight"].shape[0], math.isqrt(tensors["conv_near.weight"].shape[0] // 3)
    network = SPANF(width, scale)
    network.load_state_dict(tensors)
    return network
