"""Locally discriminative learning: mistrust of detail that does not look like the true one's."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

# Side of the window in which residuals vary, and the root that makes the whole picture's share of it.
WINDOW = 7
ROOT = 5


def artifact_map(made: Tensor, steady: Tensor, true: Tensor) -> Tensor:
    """Return how likely each pixel is an artifact, (batch, 1, height, width), without gradient.

    Liang et al., 2022: where residuals vary much within `WINDOW` pixels, weighed by how much they vary in the
    whole picture; nought where `made` is already nearer to the true picture than `steady`, what the averaged
    network makes. All are (batch, 3, height, width) in 0..1.
    """
    with torch.no_grad():
        residual = (true - made).abs().sum(1, keepdim=True)
        steady_residual = (true - steady).abs().sum(1, keepdim=True)
        around = functional.pad(residual, 4 * [WINDOW // 2], mode="reflect")
        mean, square = (functional.avg_pool2d(each, WINDOW, 1) for each in (around, around.square()))
        local = (square - mean.square()).clamp(min=0)
        whole = residual.var(dim=(1, 2, 3), keepdim=True) ** (1 / ROOT)
        return torch.where(residual < steady_residual, 0, whole * local)


def artifact_loss(made: Tensor, steady: Tensor, true: Tensor) -> Tensor:
    """Return the mean absolute error of pixels that look like artifacts; see `artifact_map`."""
    return (artifact_map(made, steady, true) * (made - true).abs()).mean()
