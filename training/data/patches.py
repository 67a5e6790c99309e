"""Cutting patches from pictures, and degrading them: what a run learns from, before crops are cut."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..degradation import Degradation, Options
from ..degradation.kinds import CLEAN
from ..degradation.resizing import resize
from .pictures import Pair


@dataclass(frozen=True)
class Source:
    """Pictures of one kind, their share of the patches, and whether they must not be turned or mirrored."""

    pairs: list[Pair]
    share: float
    upright: bool = False


@dataclass(frozen=True)
class Patch:
    """Bytes (side, side, 3) of a small picture and of the large one there, and whether they stay upright."""

    small: NDArray[np.uint8]
    large: NDArray[np.uint8]
    upright: bool


# Shrinking by so much makes up for what interpolation takes from a turned picture.
HIDES_SOFTNESS = 1.25


@dataclass(frozen=True)
class Variation:
    """How pictures that may be turned are varied besides, so that a network does not learn them by heart.

    Half of the time a patch is shrunk from one up to `zoom` times as wide, which lies at any angle where
    shrinking hides that turning softens; by the chance `recolour` red, green and blue change places.
    """

    zoom: float = 2.0
    recolour: float = 0.5

    def __post_init__(self) -> None:
        """Check both."""
        if self.zoom < 1 or not 0 <= self.recolour <= 1:
            raise ValueError(f"zoom is at least 1 and recolour 0 to 1, not {self.zoom} and {self.recolour}")

    def vary(self, picture: NDArray[np.uint8], side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return a random square of a large picture, varied, `side` pixels wide or as wide as the picture."""
        side = min(side, *picture.shape[:2])
        most = min(self.zoom, min(picture.shape[:2]) / side)
        zoom = math.exp(rng.uniform(0, math.log(most))) if rng.integers(2) else 1
        wide = round(side * zoom)
        square = tilted(picture, wide, rng) if zoom > HIDES_SOFTNESS else None
        if square is None:
            square = window(picture, *random_place(picture, wide, rng), wide)
        if wide > side:
            square = resize(square, side, side, "bicubic")
        return square[..., rng.permutation(3)] if rng.random() < self.recolour else square


def tilted(picture: NDArray[np.uint8], side: int, rng: np.random.Generator) -> NDArray[np.uint8] | None:
    """Return a random square at a random angle, or None where that angle does not fit into the picture."""
    angle = rng.uniform(0, math.pi / 2)
    right, down = math.cos(angle), math.sin(angle)
    # From the middle to the edges of the upright square around it, and what cubic interpolation reads beyond.
    reach = side / 2 * (right + down) + 2
    rooms = [length - 2 * reach for length in picture.shape[:2]]
    if min(rooms) < 0:
        return None
    y, x = (reach + rng.uniform(0, room) for room in rooms)
    middle = (side - 1) / 2
    places = np.array(
        [
            [right, -down, x - right * middle + down * middle],
            [down, right, y - down * middle - right * middle],
        ]
    )
    return cv2.warpAffine(picture, places, (side, side), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)


UNVARIED = Variation(1, 0)


class Patches:
    """Random aligned patches, `side` small pixels wide; each follows from its number and the seed."""

    def __init__(
        self,
        sources: list[Source],
        scale: int,
        side: int,
        seed: int,
        degradation: Options = CLEAN,
        variation: Variation = UNVARIED,
    ) -> None:
        """Cut from `sources`; small patches are degraded by the options.

        Small versions that were drawn are degraded at their size as often as the large ones are shrunk, or
        always taken if nothing happens to pictures. `side` shrinks to the smallest side of any picture.
        """
        self.scale, self.seed, self.is_clean, self.variation = scale, seed, degradation == CLEAN, variation
        self.side = min(side, *(min(p.small.shape[:2]) for source in sources for p in source.pairs))
        self.shrink, self.retouch = Degradation(degradation, scale), Degradation(degradation, 1)
        self.sources = [(source.pairs, chances(source.pairs), source.upright) for source in sources]
        shares = np.array([source.share for source in sources])
        self.shares = shares / shares.sum()

    def patch(self, number: int) -> Patch:
        """Return one patch."""
        rng = np.random.default_rng([self.seed, number])
        pairs, chance, upright = self.sources[rng.choice(len(self.sources), p=self.shares)]
        pair = pairs[rng.choice(len(pairs), p=chance)]
        if pair.drawn and (self.is_clean or rng.integers(2)):
            return Patch(*self.degraded(pair.small, pair.large, self.retouch, rng), upright)
        large = pair.large
        if not upright:
            # Blur and compression see what is around the patch.
            large = self.variation.vary(large, self.side * self.scale + 2 * self.shrink.margin, rng)
        return Patch(*self.degraded(large, large, self.shrink, rng), upright)

    def degraded(
        self,
        picture: NDArray[np.uint8],
        large: NDArray[np.uint8],
        degrade: Degradation,
        rng: np.random.Generator,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return what becomes of a random place of `picture`, and that place of the large picture.

        The place may begin at any pixel of `picture`, so that small pixels lie anywhere on the large ones.
        """
        by = degrade.scale
        side = self.side * by
        top, left = random_place(picture, side, rng)
        # At the picture's edge there is less around.
        above, before = (min(degrade.margin, room - room % by) for room in (top, left))
        below, after = (
            min(degrade.margin, room - start - side - (room - start - side) % by)
            for room, start in zip(picture.shape[:2], (top, left), strict=True)
        )
        made = degrade(picture[top - above : top + side + below, left - before : left + side + after], rng)
        grow = self.scale // by
        return window(made, above // by, before // by, self.side), window(
            large, top * grow, left * grow, self.side * self.scale
        )


def random_place(picture: NDArray[np.uint8], side: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the first row and column of a random square."""
    top, left = (int(rng.integers(room - side + 1)) for room in picture.shape[:2])
    return top, left


def window(picture: NDArray[np.uint8], top: int, left: int, side: int) -> NDArray[np.uint8]:
    """Return a square of a picture."""
    return picture[top : top + side, left : left + side]


def chances(pairs: list[Pair]) -> NDArray[np.float64]:
    """Return each pair's chance by its area, so that every pixel is about equally likely to be seen."""
    area = np.array([p.small.shape[0] * p.small.shape[1] for p in pairs], dtype=np.float64)
    return area / area.sum()


@dataclass(frozen=True)
class Group:
    """Patches that come together: smalls, larges and whether upright, each (count, ...)."""

    small: Tensor
    large: Tensor
    upright: NDArray[np.bool_]


class Groups(Dataset):
    """Groups of `size` patches from number `first` on, without end."""

    def __init__(self, patches: Patches, first: int, size: int) -> None:
        """Begin with group `first`."""
        self.patches, self.first, self.size = patches, first, size

    def __len__(self) -> int:
        """Return more than any run needs; a number that samplers can count to."""
        return 2**31

    def __getitem__(self, index: int) -> Group:
        """Return a group."""
        start = (self.first + index) * self.size
        made = [self.patches.patch(number) for number in range(start, start + self.size)]
        return Group(
            torch.from_numpy(np.stack([patch.small for patch in made])),
            torch.from_numpy(np.stack([patch.large for patch in made])),
            np.array([patch.upright for patch in made]),
        )


def stream(patches: Patches, first: int, size: int, workers: int) -> DataLoader:
    """Return groups of patches from group `first` on, made ahead by `workers` processes, in order."""
    # Patches are small, and threads that OpenCV began before would be missing in a forked process.
    cv2.setNumThreads(1)
    groups = Groups(patches, first, size)
    return DataLoader(
        groups,
        batch_size=None,
        sampler=range(len(groups)),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
    )
