"""Reading folders of pictures and cutting training batches from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from .resize import shrink

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True)
class Pair:
    """A large RGB picture of bytes (height, width, 3) and its small version, `scale` times smaller."""

    name: str
    large: NDArray[np.uint8]
    small: NDArray[np.uint8]


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
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def read_pair(path: Path, scale: int) -> Pair:
    """Read one picture as RGB, cut it to a multiple of `scale` and make its small version."""
    with Image.open(path) as image:
        picture = np.asarray(image.convert("RGB"))
    height, width = (side - side % scale for side in picture.shape[:2])
    large = np.ascontiguousarray(picture[:height, :width])
    if min(height, width) == 0:
        return Pair(path.name, large, large)
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


class Batches:
    """Random aligned crops of pairs, turned and mirrored; batch `step` depends on seed and step alone.

    That a batch follows from its number is what lets a resumed run continue exactly.
    """

    def __init__(self, pairs: list[Pair], scale: int, crop: int, batch: int, seed: int) -> None:
        """Cut `batch` crops of `crop` x `crop` small pixels at a time."""
        self.pairs, self.scale, self.crop, self.batch, self.seed = pairs, scale, crop, batch, seed
        area = np.array([p.small.shape[0] * p.small.shape[1] for p in pairs], dtype=np.float64)
        # By area, so that every pixel of the data is about equally likely to be seen.
        self.chance = area / area.sum()

    def cut(self, step: int) -> tuple[Tensor, Tensor]:
        """Return small (batch, 3, crop, crop) and large (batch, 3, crop*scale, crop*scale), bytes."""
        rng = np.random.default_rng([self.seed, step])
        smalls, larges = [], []
        for choice in rng.choice(len(self.pairs), size=self.batch, p=self.chance):
            pair = self.pairs[choice]
            top = rng.integers(pair.small.shape[0] - self.crop + 1)
            left = rng.integers(pair.small.shape[1] - self.crop + 1)
            flip_rows, flip_columns, transpose = rng.integers(2, size=3)
            for picture, factor, out in ((pair.small, 1, smalls), (pair.large, self.scale, larges)):
                y, x, side = top * factor, left * factor, self.crop * factor
                piece = picture[y : y + side, x : x + side]
                piece = piece[::-1] if flip_rows else piece
                piece = piece[:, ::-1] if flip_columns else piece
                out.append(piece.swapaxes(0, 1) if transpose else piece)
        return to_bytes(smalls), to_bytes(larges)


def to_bytes(pieces: list[NDArray[np.uint8]]) -> Tensor:
    """Stack (height, width, 3) pieces into (batch, 3, height, width), channels last in memory."""
    return torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2)
