"""Reading folders of pictures, each with its small version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .resize import shrink

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}

# A small version that was drawn and not shrunk is called NAME.small.png and lies beside NAME.png.
DRAWN_SMALL = ".small.png"


@dataclass(frozen=True)
class Pair:
    """A large RGB picture of bytes (height, width, 3) and its small version, `scale` times smaller.

    `drawn` tells that the small one was drawn at its size, as screens draw text, and not shrunk.
    """

    name: str
    large: NDArray[np.uint8]
    small: NDArray[np.uint8]
    drawn: bool = False


def megapixels(pairs: list[Pair]) -> float:
    """Return how many million large pixels the pairs hold."""
    return sum(pair.large.shape[0] * pair.large.shape[1] for pair in pairs) / 1e6


@dataclass(frozen=True)
class Reading:
    """What came out of a folder, and how many files did not make it."""

    pairs: list[Pair]
    unreadable: int
    too_small: int
    left_out: int

    def report(self) -> str:
        """Return one line for the log."""
        return (
            f"{len(self.pairs)} pictures, {megapixels(self.pairs):.1f} megapixels "
            f"({self.unreadable} unreadable, {self.too_small} too small, {self.left_out} past the limit)"
        )


def find_pictures(folder: Path) -> list[Path]:
    """Return the picture files below a folder, in a fixed order."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder")
    files = (p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    return sorted(p for p in files if not p.name.endswith(DRAWN_SMALL))


def read_rgb(path: Path) -> NDArray[np.uint8]:
    """Read a picture of any kind as RGB."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def read_pair(path: Path, scale: int) -> Pair:
    """Read one picture as RGB, cut it to a multiple of `scale` and make, or read, its small version."""
    picture = read_rgb(path)
    height, width = (side - side % scale for side in picture.shape[:2])
    large = np.ascontiguousarray(picture[:height, :width])
    if min(height, width) == 0:
        return Pair(path.name, large, large)
    drawn = path.with_name(path.stem + DRAWN_SMALL)
    if drawn.exists():
        small = read_rgb(drawn)
        if (small.shape[0] * scale, small.shape[1] * scale) != large.shape[:2]:
            raise ValueError(f"{drawn} does not have the size of {path.name} over {scale}")
        return Pair(path.name, large, small, drawn=True)
    return Pair(path.name, large, shrink(large, scale))


def read_folder(
    folder: Path, scale: int, smallest: int, memory: float = float("inf"), seed: int | None = None
) -> Reading:
    """Read the pictures whose small version is at least `smallest` pixels on both sides.

    Reading stops once `memory` bytes are held; with a `seed` the files come in a shuffled order, so
    that what is held is a fair sample of the folder.
    """
    paths = find_pictures(folder)
    if seed is not None:
        paths = [paths[i] for i in np.random.default_rng(seed).permutation(len(paths))]
    pairs: list[Pair] = []
    unreadable = too_small = held = 0
    for position, path in enumerate(paths):
        if held >= memory:
            return Reading(pairs, unreadable, too_small, len(paths) - position)
        try:
            pair = read_pair(path, scale)
        except (OSError, ValueError, Image.DecompressionBombError):
            unreadable += 1
            continue
        if min(pair.small.shape[:2]) < smallest:
            too_small += 1
            continue
        pairs.append(pair)
        held += pair.large.nbytes + pair.small.nbytes
    return Reading(pairs, unreadable, too_small, 0)
