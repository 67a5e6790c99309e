"""The fixed set of degraded pictures that photo models are measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..data.pictures import Pair, find_pictures, read_rgb
from .kinds import HEAVY, LIGHT
from .options import Options
from .pipeline import Degradation

SIDE = 480
HALVES = {"light": LIGHT, "heavy": HEAVY}


def random_crop(
    picture: NDArray[np.uint8], side: int, scale: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a random square of `side` pixels, less where the picture is smaller, in multiples of `scale`."""
    height, width = (min(side, length) // scale * scale for length in picture.shape[:2])
    top, left = (rng.integers(a - b + 1) for a, b in zip(picture.shape[:2], (height, width), strict=True))
    return picture[top : top + height, left : left + width]


def degraded_pairs(folder: Path, scale: int, half: str, seed: int = 1) -> list[Pair]:
    """Return a random crop of 480x480 of each picture, and what `light` or `heavy` damage makes of it.

    The crops and all that happens to them depend on the half, the seed and the place of the file in the
    sorted folder. Where a side is shorter than 480 pixels, all of it is taken. Raises FileNotFoundError if
    there is no such folder, OSError for a file that cannot be read, and ValueError if there are no pictures.
    """
    paths = find_pictures(folder)
    if not paths:
        raise ValueError(f"{folder} holds no pictures")
    return degraded_crops(paths, scale, [seed, list(HALVES).index(half)], HALVES[half])


def degraded_crops(paths: list[Path], scale: int, seed: list[int], options: Options) -> list[Pair]:
    """Return such a crop of each file, degraded by the options and seeded by its place too."""
    degrade = Degradation(options, scale)
    pairs = []
    for number, path in enumerate(paths):
        rng = np.random.default_rng([*seed, number])
        large = np.ascontiguousarray(random_crop(read_rgb(path), SIDE, scale, rng))
        pairs.append(Pair(path.name, large, degrade(large, rng)))
    return pairs
