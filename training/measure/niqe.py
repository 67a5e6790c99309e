"""NIQE, how far a picture's statistics are from those of untouched photographs (Mittal et al., 2013)."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d
from scipy.special import gamma

from ..data.resize import resize_rows
from .metrics import cut_border, luma
from .packages import require

BLOCK = 96
# Neighbours whose products are looked at: right, below, and the two diagonals.
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
SHAPES = np.arange(0.2, 10.0005, 0.001)
RATIOS = gamma(2 / SHAPES) ** 2 / (gamma(1 / SHAPES) * gamma(3 / SHAPES))

Plane = NDArray[np.float64]


@cache
def pristine() -> tuple[Plane, Plane]:
    """Return the mean (36) and covariance (36, 36) of the features of untouched photographs.

    They are the authors' published ones, out of the package basicsr, which is not imported: it does not
    run with current versions of torchvision. Raises ValueError where it is not installed.
    """
    require("basicsr", "NIQE")
    package = Path(str(find_spec("basicsr").origin)).parent
    with np.load(package / "metrics" / "niqe_pris_params.npz") as parameters:
        return parameters["mu_pris_param"].ravel(), parameters["cov_pris_param"]


def smooth(plane: Plane) -> Plane:
    """Filter with a 7x7 Gaussian of sigma 7/6, repeating the edge."""
    kernel = np.exp(-(np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2))
    kernel /= kernel.sum()
    return correlate1d(correlate1d(plane, kernel, axis=0, mode="nearest"), kernel, axis=1, mode="nearest")


def normalised(plane: Plane) -> Plane:
    """Take the local mean off a plane in 0..255 and divide by the local deviation."""
    mean = smooth(plane)
    deviation = np.sqrt(np.abs(smooth(plane * plane) - mean * mean))
    return (plane - mean) / (deviation + 1)


def fit(values: Plane) -> tuple[float, float, float]:
    """Return shape, left and right spread of an asymmetric generalised Gaussian, fitted by moments.

    NaN for values that are not of both signs, as those of flat blocks are.
    """
    if not ((values < 0).any() and (values > 0).any()):
        return np.nan, np.nan, np.nan
    left = np.sqrt(np.mean(values[values < 0] ** 2))
    right = np.sqrt(np.mean(values[values > 0] ** 2))
    skew = left / right
    ratio = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
    ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = SHAPES[np.argmin((RATIOS - ratio) ** 2)]
    spread = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    return shape, left * spread, right * spread


def features(block: Plane) -> list[float]:
    """Return the 18 features of a block of normalised values; NaN where it is flat."""
    shape, left, right = fit(block)
    found = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right = fit(block * np.roll(block, shift, axis=(0, 1)))
        found += [shape, (right - left) * gamma(2 / shape) / gamma(1 / shape), left, right]
    return found


def block_features(plane: Plane, side: int) -> Plane:
    """Return the features (blocks, 18) of the blocks of `side` pixels that a plane consists of."""
    height, width = plane.shape
    values = normalised(plane)
    corners = [(y, x) for y in range(0, height, side) for x in range(0, width, side)]
    return np.array([features(values[y : y + side, x : x + side]) for y, x in corners])


def measurable(picture: NDArray[np.uint8], border: int) -> bool:
    """Tell whether NIQE is defined: one row or column of blocks has too little to take a covariance of."""
    return min(picture.shape[:2]) - 2 * border >= 2 * BLOCK


def niqe(picture: NDArray[np.uint8], border: int) -> float:
    """Return the NIQE of an RGB picture of bytes (height, width, 3): lower is more natural.

    Measured on the luma rounded to whole numbers, without `border` pixels on each side, in blocks of 96x96
    at full and at half size. For the baboon of Set14 the authors' program gives 5.7296, this one 5.7297.
    Raises ValueError for flat pictures and those below 192x192 pixels inside the border.
    """
    if not measurable(picture, border):
        raise ValueError(f"NIQE needs pictures of at least {2 * BLOCK} pixels inside the border, both ways")
    plane = cut_border(np.round(luma(picture)), border)
    height, width = (side - side % BLOCK for side in plane.shape)
    plane = plane[:height, :width]
    half = resize_rows(resize_rows(plane, height // 2).T, width // 2).T
    found = np.hstack([block_features(plane, BLOCK), block_features(half, BLOCK // 2)])
    mean, covariance = pristine()
    whole = found[~np.isnan(found).any(axis=1)]
    if len(whole) < 2:
        raise ValueError("NIQE is not defined for a flat picture")
    apart = np.nanmean(found, axis=0) - mean
    return float(np.sqrt(apart @ np.linalg.pinv((covariance + np.cov(whole.T)) / 2) @ apart))
