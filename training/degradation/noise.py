"""Noise of sensors and grain."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .draw import between, happens
from .options import Options


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
