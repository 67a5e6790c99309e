"""Likeness as a network sees it, and the grid that pixel shuffles leave."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..networks.features import Features
from .metrics import luma

# What keeps quotients of means and of variances finite (Ding et al., 2020).
EPSILON = 1e-6


@cache
def measuring() -> Features:
    """Return the network that measures."""
    return Features(1)


@torch.inference_mode()
def features_of(picture: NDArray[np.uint8]) -> list[Tensor]:
    """Return features of an RGB picture (height, width, 3); sides are cut to multiples of 16."""
    height, width = (side // 16 * 16 for side in picture.shape[:2])
    tensor = torch.tensor(picture[:height, :width]).permute(2, 0, 1)[None].float()
    return measuring()((tensor / 255).contiguous(memory_format=torch.channels_last))


def feature_distance(true: list[Tensor], made: list[Tensor]) -> float:
    """Return the squared distance of unit-normalised features, mean over positions and stages.

    LPIPS (Zhang et al., 2018) without its learned weights.
    """
    stages = [
        (torch.nn.functional.normalize(a, dim=1) - torch.nn.functional.normalize(b, dim=1)).square().sum(1)
        for a, b in zip(true, made, strict=True)
    ]
    return float(torch.stack([stage.mean() for stage in stages]).mean())


def texture_distance(true: list[Tensor], made: list[Tensor]) -> float:
    """Return 1 - the mean likeness of the features' means and of their covariances; 0 if identical.

    In the manner of DISTS (Ding et al., 2020), without its learned weights and without the picture itself.
    """
    likeness = []
    for a, b in zip(true, made, strict=True):
        a, b = a.flatten(2)[0].double(), b.flatten(2)[0].double()
        mean_a, mean_b = a.mean(1), b.mean(1)
        covariance = (a * b).mean(1) - mean_a * mean_b
        variances = a.var(1, correction=0) + b.var(1, correction=0)
        means = (2 * mean_a * mean_b + EPSILON) / (mean_a**2 + mean_b**2 + EPSILON)
        likeness.append(((means + (2 * covariance + EPSILON) / (variances + EPSILON)) / 2).mean())
    return 1 - float(torch.stack(likeness).mean())


def grid_energy(plane: NDArray[np.float64]) -> float:
    """Return the spectrum's energy where fx or fy is 1/4 or 1/2 relative to that 5 to 12 bins beside."""
    height, width = plane.shape
    window = np.outer(np.hanning(height), np.hanning(width))
    spectrum = np.abs(np.fft.fft2((plane - plane.mean()) * window)) ** 2
    on, beside = [], []
    for lines in (spectrum, spectrum.T):
        count = lines.shape[0]
        for middle in (count // 4, count // 2):
            for offset in range(-12, 13):
                if abs(offset) <= 1:
                    on.append(lines[(middle + offset) % count].mean())
                elif abs(offset) >= 5:
                    beside.append(lines[(middle + offset) % count].mean())
    return float(np.mean(on) / np.mean(beside))


def grid(true: NDArray[np.uint8], made: NDArray[np.uint8]) -> float:
    """Return the grid's energy in the luma of a picture relative to the true one's: 1 if there is none."""
    return grid_energy(luma(made)) / grid_energy(luma(true))
