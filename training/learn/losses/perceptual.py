"""Likeness of features, and what they are compared with: an original made a little crisper."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

# Pixels over which a picture is averaged to tell what is detail; smaller differences are not sharpened.
AROUND = 8
THRESHOLD = 10 / 255
# How much of that wide detail is lifted beside the fine: what a Gauss of that deviation in pixels takes away.
WIDE_SHARE = 0.6
FINE = 1.5

# Side in pixels of the square over which grain is told from texture.
BOX = 7


def sharpened(picture: Tensor, amount: float) -> Tensor:
    """Return pictures (batch, 3, height, width) in 0..1 after two unsharp masks, but for their flat parts.

    The wide one is that of Wang et al., 2021 (Real-ESRGAN), but for the blur: pictures shrink and grow again,
    which takes a hundredth of the time of a wide kernel. The fine one is for edges.
    """

    def blur(value: Tensor) -> Tensor:
        small = functional.avg_pool2d(value, AROUND, ceil_mode=True)
        return functional.interpolate(small, picture.shape[2:], mode="bicubic", align_corners=False)

    detail = picture - blur(picture)
    mask = blur((detail.abs().amax(1, keepdim=True) > THRESHOLD).float()).clamp(0, 1)
    lifted = WIDE_SHARE * detail + picture - gauss(picture)
    return picture + mask * ((picture + amount * lifted).clamp(0, 1) - picture)


def gauss(picture: Tensor) -> Tensor:
    """Return pictures (batch, channels, height, width) blurred by `FINE` pixels, mirrored at the border."""
    reach = round(3 * FINE)
    line = torch.exp(-torch.arange(-reach, reach + 1, device=picture.device).square() / (2 * FINE**2))
    line /= line.sum()
    planes = functional.pad(picture, 4 * [reach], mode="reflect").flatten(0, 1)[:, None]
    across = functional.conv2d(planes, line[None, None, None, :])
    return functional.conv2d(across, line[None, None, :, None]).reshape(picture.shape)


def box_mean(value: Tensor) -> Tensor:
    """Return the mean of `BOX` x `BOX` pixels about each of (..., height, width), mirrored at the border.

    By running sums, which take an eighth of the time of `avg_pool2d`.
    """
    sums = functional.pad(value, 4 * [BOX // 2], mode="reflect")
    for dim in (-1, -2):
        size = sums.shape[dim] - BOX
        sums = torch.cat([torch.zeros_like(sums.narrow(dim, 0, 1)), sums.cumsum(dim)], dim)
        sums = sums.narrow(dim, BOX, size + 1) - sums.narrow(dim, 0, size + 1)
    return sums / BOX**2


def without_grain(picture: Tensor, deviation: float) -> Tensor:
    """Return pictures (batch, 3, height, width) in 0..1 without what varies by less than `deviation`, of 255.

    A guided filter (He et al., 2010), guided by the picture itself: a sensor's grain and the traces of
    compression go, edges and texture stay.
    """
    middle = box_mean(picture)
    variance = (box_mean(picture.square()) - middle.square()).clamp(min=0).mean(1, keepdim=True)
    kept = variance / (variance + (deviation / 255) ** 2)
    return box_mean(kept) * picture + box_mean((1 - kept) * middle)


def feature_loss(made: list[Tensor], wanted: list[Tensor]) -> Tensor:
    """Return how far features (batch, channels, height, width) of several stages are apart, mean over stages.

    The mean absolute difference, each channel in units of its deviation, and half the squared distance of
    unit-normalised features (LPIPS, Zhang et al., 2018, without its learned weights): their gradients are of
    one size.
    """
    stages = []
    for one, other in zip(made, wanted, strict=True):
        deviation = other.std(dim=(0, 2, 3), keepdim=True) + 1e-3
        directions = functional.normalize(one, dim=1) - functional.normalize(other, dim=1)
        stages.append(((one - other) / deviation).abs().mean() + directions.square().sum(1).mean() / 2)
    return torch.stack(stages).mean()
