"""Blur kernels of Real-ESRGAN (Wang et al., 2021). All are point-symmetric, so they shift nothing."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

KERNELS = ("isotropic", "anisotropic", "generalised", "plateau", "sinc")


def gaussian_line(sigma: float) -> NDArray[np.float32]:
    """Return a Gaussian along one axis, cut off at three `sigma` pixels, of sum 1."""
    radius = math.ceil(3 * sigma)
    line = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    return (line / line.sum()).astype(np.float32)


def elliptic_distance(sigma: tuple[float, float], angle: float) -> NDArray[np.float64]:
    """Return squared distances from the middle, (side, side), that are 1 on the ellipse of half-axes `sigma`.

    The first half-axis points `angle` radians from x towards y. The side is odd and reaches three times the
    longer half-axis.
    """
    radius = math.ceil(3 * max(sigma))
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    along = x * math.cos(angle) + y * math.sin(angle)
    across = y * math.cos(angle) - x * math.sin(angle)
    return (along / sigma[0]) ** 2 + (across / sigma[1]) ** 2


def generalised_gaussian(
    sigma: tuple[float, float], angle: float, exponent: float = 1.0
) -> NDArray[np.float32]:
    """Return exp(-d^exponent / 2) of the elliptic distance d, of sum 1; exponent 1 is the Gaussian itself."""
    kernel = np.exp(-0.5 * elliptic_distance(sigma, angle) ** exponent)
    return (kernel / kernel.sum()).astype(np.float32)


def plateau(sigma: tuple[float, float], angle: float, exponent: float) -> NDArray[np.float32]:
    """Return 1 / (1 + d^exponent) of the elliptic distance d, of sum 1: flat in the middle."""
    kernel = 1 / (1 + elliptic_distance(sigma, angle) ** exponent)
    return (kernel / kernel.sum()).astype(np.float32)


def sinc(cutoff: float, radius: int) -> NDArray[np.float32]:
    """Return the ideal circular low-pass, cut off at `radius` pixels, of sum 1: it rings.

    `cutoff` is a share of Nyquist's frequency. The kernel at distance r is w J1(w r) / (2 pi r), with
    w = pi cutoff.
    """
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    distance = np.hypot(x, y)
    distance[radius, radius] = 1
    frequency = math.pi * cutoff
    bessel = torch.special.bessel_j1(torch.from_numpy(frequency * distance)).numpy()
    kernel = frequency * bessel / (2 * math.pi * distance)
    kernel[radius, radius] = frequency**2 / (4 * math.pi)
    return (kernel / kernel.sum()).astype(np.float32)
