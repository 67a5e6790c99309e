"""Filters that keep the size: blur, ringing, sharpening. Pictures are RGB bytes (height, width, 3)."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from . import kernels
from .draw import between, between_logarithms, happens, one_of, whole_between
from .options import Options


def blur(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Blur by a kernel drawn from the options, by chance; returns the picture and what was done."""
    if not happens(rng, options.blur_chance):
        return picture, ""
    kind = one_of(rng, options.blur_kernels)
    if kind == "sinc":
        return ring(picture, options, rng)
    sigma = between(rng, options.blur_sigma)
    if kind == "isotropic":
        line = kernels.gaussian_line(sigma)
        return cv2.sepFilter2D(picture, -1, line, line), f"blur {sigma:.1f}"
    elliptic = kind == "anisotropic" or happens(rng, 0.5)
    axes = (sigma, between(rng, options.blur_sigma) if elliptic else sigma)
    angle = between(rng, (0, math.pi))
    said = f"{kind} {axes[0]:.1f}x{axes[1]:.1f}"
    if kind == "anisotropic":
        return cv2.filter2D(picture, -1, kernels.generalised_gaussian(axes, angle)), said
    if kind == "generalised":
        exponent = between_logarithms(rng, options.generalised_exponent)
        kernel = kernels.generalised_gaussian(axes, angle, exponent)
    else:
        exponent = between_logarithms(rng, options.plateau_exponent)
        kernel = kernels.plateau(axes, angle, exponent)
    return cv2.filter2D(picture, -1, kernel), f"{said} ^{exponent:.1f}"


def ring(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Filter by a sinc, which leaves halos along edges."""
    cutoff = between(rng, options.sinc_cutoff)
    kernel = kernels.sinc(cutoff, whole_between(rng, options.sinc_radius))
    return cv2.filter2D(picture, -1, kernel), f"sinc {cutoff:.2f}"


def final_ring(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Filter by a sinc, by chance."""
    return ring(picture, options, rng) if happens(rng, options.final_sinc_chance) else (picture, "")


def sharpen(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Add, by chance, a share of the difference to a blurred copy (unsharp mask)."""
    if not happens(rng, options.sharpen_chance):
        return picture, ""
    amount, sigma = between(rng, options.sharpen_amount), between(rng, options.sharpen_sigma)
    line = kernels.gaussian_line(sigma)
    soft = cv2.sepFilter2D(picture, -1, line, line)
    return cv2.addWeighted(picture, 1 + amount, soft, -amount, 0), f"sharpen {amount:.1f}"
