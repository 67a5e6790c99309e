"""Noise of sensors and grain, and what phones make of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .draw import between, happens
from .options import Options

# Shares of R, G and B in luma, BT.601.
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def add_noise(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Add Gaussian or Poisson noise to RGB bytes (height, width, 3), by chance; returns what was done too.

    Poisson's noise has a variance in proportion to the value; it is drawn from the normal distribution,
    which comes close to it for the many photons behind one pixel and is drawn much faster.
    """
    if not happens(rng, options.noise_chance):
        return picture, ""
    poisson, grey = happens(rng, options.poisson_share), happens(rng, options.grey_noise_chance)
    strength = between(rng, options.poisson_strength if poisson else options.gaussian_sigma)
    noise = rng.standard_normal((*picture.shape[:2], 1 if grey else 3), dtype=np.float32)
    noise *= np.float32(strength)
    if poisson:
        value = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None] if grey else picture
        noise *= np.sqrt(value, dtype=np.float32)
    said = f"{'grey ' if grey else ''}{'Poisson' if poisson else 'noise'} {strength:.1f}"
    return np.clip(np.rint(noise + picture), 0, 255).astype(np.uint8), said


def add_chroma_noise(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Add soft blotches of colour that leave luma alone, by chance; returns what was done too."""
    if not happens(rng, options.chroma_noise_chance):
        return picture, ""
    strength, wide = between(rng, options.chroma_noise_sigma), int(rng.integers(2, 5))
    height, width = picture.shape[:2]
    coarse = rng.standard_normal((-(-height // wide) + 1, -(-width // wide) + 1, 3), dtype=np.float32)
    blotches = cv2.resize(coarse, None, fx=wide, fy=wide, interpolation=cv2.INTER_CUBIC)[:height, :width]
    blotches -= (blotches @ LUMA)[..., None]
    noisy = np.clip(np.rint(picture + strength * blotches), 0, 255).astype(np.uint8)
    return noisy, f"chroma noise {strength:.1f}"


def smear(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Smooth what differs little, by chance: the washed-out texture of phones; returns what was done too."""
    if not happens(rng, options.smear_chance):
        return picture, ""
    strength = between(rng, options.smear_range)
    smooth = cv2.bilateralFilter(picture, 5, strength, between(rng, (0.8, 2.0)))
    return smooth, f"smear {strength:.0f}"
