"""PSNR and SSIM on luma, the way super-resolution papers report them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def luma(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return Y of ITU-R BT.601 in 16..235, unrounded, of an RGB picture (height, width, 3) in 0..255."""
    return 16 + picture.astype(np.float64) @ np.array([65.481, 128.553, 24.966]) / 255


def cut_border(plane: NDArray[np.float64], border: int) -> NDArray[np.float64]:
    """Drop `border` pixels on each side: there the methods compared see different padding."""
    height, width = plane.shape
    return plane[border : height - border, border : width - border]


def psnr(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the peak signal-to-noise ratio in dB of two planes on a scale of 255."""
    error = float(np.mean((one - other) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255**2 / error))


def blur(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """Filter with an 11x11 Gaussian of sigma 1.5, keeping only pixels whose window fits."""
    offset = np.arange(-5, 6)
    kernel = np.exp(-(offset**2) / (2 * 1.5**2))
    kernel /= kernel.sum()
    rows = sum(k * plane[i : plane.shape[0] - 10 + i] for i, k in enumerate(kernel))
    return sum(k * rows[:, i : rows.shape[1] - 10 + i] for i, k in enumerate(kernel))


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the structural similarity of two planes on a scale of 255 (Wang et al., 2004)."""
    if min(one.shape) < 11:
        raise ValueError("SSIM needs pictures of at least 11x11 pixels inside the border")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean1, mean2 = blur(one), blur(other)
    variance1 = blur(one * one) - mean1 * mean1
    variance2 = blur(other * other) - mean2 * mean2
    covariance = blur(one * other) - mean1 * mean2
    likeness = (2 * mean1 * mean2 + c1) * (2 * covariance + c2)
    scale = (mean1**2 + mean2**2 + c1) * (variance1 + variance2 + c2)
    return float(np.mean(likeness / scale))
