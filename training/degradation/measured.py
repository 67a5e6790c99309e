"""The fixed set of degraded pictures that photo models are measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..data.pictures import Pair, find_pictures, read_rgb
from .kinds import MEASURED
from .options import Options
from .pipeline import Degradation

SIDE = 480


def random_crop(
    picture: NDArray[np.uint8], side: int, scale: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a random square of `side` pixels, less where the picture is smaller, in multiples of `scale`."""
    height, width = (min(side, length) // scale * scale for length in picture.shape[:2])
    top, left = (rng.integers(a - b + 1) for a, b in zip(picture.shape[:2], (height, width), strict=True))
    return picture[top : top + height, left : left + width]


def degraded_pairs(folder: Path, scale: int, seed: int = 1, per_picture: int = 2) -> list[Pair]:
    """Return `per_picture` random crops of 480x480 of each picture, with small versions of kind `measured`.

    The crops and all that happens to them depend on the seed and on the place of the file in the sorted
    folder. Where a side is shorter than 480 pixels, all of it is taken. Raises FileNotFoundError if there
    is no such folder, OSError for a file that cannot be read, and ValueError if there are no pictures.
    """
    paths = find_pictures(folder)
    if not paths:
        raise ValueError(f"{folder} holds no pictures")
    return degraded_crops(paths, scale, seed, per_picture)


def degraded_crops(
    paths: list[Path], scale: int, seed: int, per_picture: int, options: Options = MEASURED
) -> list[Pair]:
    """Return `per_picture` such crops of each file, degraded by the options and seeded by its place."""
    degrade = Degradation(options, scale)
    pairs = []
    for number, path in enumerate(paths):
        picture = read_rgb(path)
        rng = np.random.default_rng([seed, number])
        for count in range(per_picture):
            large = np.ascontiguousarray(random_crop(picture, SIDE, scale, rng))
            pairs.append(Pair(f"{path.name} {count + 1}", large, degrade(large, rng)))
    return pairs
