"""RLFN, the Residual Local Feature Network (Kong et al., 2022)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.05

# The published files take and return pictures in 0..255.
RANGE = 255.0


class SpatialAttention(nn.Module):
    """Enhanced spatial attention (Liu et al., 2020), which looks at a small, pooled form of the features.

    A picture must be at least 15 pixels high and wide, or there is nothing left to pool.
    """

    def __init__(self, width: int, narrow: int) -> None:
        """Weigh features of `width` channels by way of `narrow` ones."""
        super().__init__()
        self.conv1 = nn.Conv2d(width, narrow, 1)
        self.conv_f = nn.Conv2d(narrow, narrow, 1)
        self.conv2 = nn.Conv2d(narrow, narrow, 3, stride=2)
        self.conv3 = nn.Conv2d(narrow, narrow, 3, padding=1)
        self.conv4 = nn.Conv2d(narrow, width, 1)

    def forward(self, source: Tensor) -> Tensor:
        """Return the features, each multiplied by its weight in 0..1."""
        fine = self.conv1(source)
        coarse = self.conv3(functional.max_pool2d(self.conv2(fine), 7, stride=3))
        coarse = functional.interpolate(coarse, source.shape[2:], mode="bilinear", align_corners=False)
        return source * torch.sigmoid(self.conv4(self.conv_f(fine) + coarse))


class LocalBlock(nn.Module):
    """Three convolutions with LeakyReLU around a residual, a 1x1 convolution and the attention: RLFB."""

    def __init__(self, width: int, middle: int, narrow: int) -> None:
        """Take and return `width` channels, with `middle` between the convolutions."""
        super().__init__()
        self.c1_r = nn.Conv2d(width, middle, 3, padding=1)
        self.c2_r = nn.Conv2d(middle, middle, 3, padding=1)
        self.c3_r = nn.Conv2d(middle, width, 3, padding=1)
        self.c5 = nn.Conv2d(width, width, 1)
        self.esa = SpatialAttention(width, narrow)

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        value = source
        for conv in (self.c1_r, self.c2_r, self.c3_r):
            value = functional.leaky_relu(conv(value), SLOPE)
        return self.esa(self.c5(value + source))


class RLFN(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1, by a whole factor."""

    def __init__(self, width: int, middle: int, narrow: int, blocks: int, scale: int) -> None:
        """Build `blocks` blocks of `width` channels; see `LocalBlock` and `SpatialAttention`."""
        super().__init__()
        self.scale, self.blocks = scale, blocks
        self.conv_1 = nn.Conv2d(3, width, 3, padding=1)
        for number in range(1, blocks + 1):
            self.add_module(f"block_{number}", LocalBlock(width, middle, narrow))
        self.conv_2 = nn.Conv2d(width, width, 3, padding=1)
        self.upsampler = nn.Sequential(nn.Conv2d(width, 3 * scale**2, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        features = self.conv_1(small * RANGE)
        value = features
        for number in range(1, self.blocks + 1):
            value = self.get_submodule(f"block_{number}")(value)
        return self.upsampler(features + self.conv_2(value)) / RANGE


def rlfn_from_tensors(tensors: dict[str, Tensor]) -> RLFN:
    """Build the network whose sizes the tensors' names and shapes tell and load them, strictly.

    Raises KeyError or RuntimeError when the tensors are not those of an RLFN.
    """
    network = RLFN(
        width=tensors["conv_1.weight"].shape[0],
        middle=tensors["block_1.c1_r.weight"].shape[0],
        narrow=tensors["block_1.esa.conv1.weight"].shape[0],
        blocks=sum(name.endswith(".c5.weight") for name in tensors),
        scale=math.isqrt(tensors["upsampler.0.weight"].shape[0] // 3),
    )
    network.load_state_dict(tensors)
    return network
