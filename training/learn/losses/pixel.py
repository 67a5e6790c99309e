"""Differences pixel by pixel, and of the frequencies in them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

# Below it Charbonnier's loss is round; a quarter of a grey level.
EPSILON = 1e-3


def charbonnier(made: Tensor, true: Tensor) -> Tensor:
    """Return the mean of sqrt(difference^2 + epsilon^2): L1 without its edge (Charbonnier et al., 1994)."""
    return torch.sqrt((made - true).square() + EPSILON**2).mean()


def pixel_loss(name: str, made: Tensor, true: Tensor) -> Tensor:
    """Return the loss of that name, `l1`, `l2` or `charbonnier`, of values in 0..1."""
    if name == "l1":
        return functional.l1_loss(made, true)
    if name == "l2":
        return functional.mse_loss(made, true)
    if name == "charbonnier":
        return charbonnier(made, true)
    raise ValueError(f"the pixel loss must be l1, l2 or charbonnier, not {name}")


def colour_loss(made: Tensor, true: Tensor) -> Tensor:
    """Return the mean absolute difference of Cb and Cr, of pictures (batch, 3, height, width).

    What JPEG does to colour is a small part of the difference of RGB, and much of what is seen.
    """
    red, green, blue = (made - true).unbind(1)
    blueness = -0.168736 * red - 0.331264 * green + 0.5 * blue
    redness = 0.5 * red - 0.418688 * green - 0.081312 * blue
    return (blueness.abs() + redness.abs()).mean() / 2


def frequency_loss(made: Tensor, true: Tensor) -> Tensor:
    """Return the mean magnitude of the spectra's difference, of pictures (batch, 3, height, width).

    A texture that is missing everywhere weighs more here than as many scattered errors (Cho et al., 2021).
    """
    return torch.fft.rfft2(made - true, norm="ortho").abs().mean()
