"""Cutting training batches from pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .degradation import Degradation, Options
from .degradation.kinds import CLEAN
from .pictures import Pair


@dataclass(frozen=True)
class Source:
    """Pictures of one kind, and their share of the crops."""

    pairs: list[Pair]
    share: float


@dataclass(frozen=True)
class Cut:
    """How crops are cut: `batch` of `crop` x `crop` small pixels at a time, reproducible from `seed`."""

    scale: int
    crop: int
    batch: int
    seed: int


class Batches:
    """Random aligned crops of pairs, turned and mirrored.

    Crop `number` of batch `step` depends on the seed and these two alone. So a resumed run continues exactly,
    and processes that share a batch see together what one process would have seen.
    """

    def __init__(self, sources: list[Source], cut: Cut, degradation: Options = CLEAN) -> None:
        """Cut from `sources`; small crops are degraded by the options, and the pairs' own if these are clean.

        Small versions that were drawn are taken as they are or degraded at their size, as often as the large
        ones are shrunk.
        """
        self.cut_as, self.is_clean = cut, degradation == CLEAN
        self.shrink, self.retouch = Degradation(degradation, cut.scale), Degradation(degradation, 1)
        self.sources = [(source.pairs, chances(source.pairs)) for source in sources]
        shares = np.array([source.share for source in sources])
        self.shares = shares / shares.sum()

    def cut(self, step: int, numbers: range | None = None) -> tuple[Tensor, Tensor]:
        """Return small (batch, 3, crop, crop) and large (batch, 3, crop*scale, crop*scale), bytes.

        `numbers` are those of the crops wanted, by default the whole batch.
        """
        pieces = [self.piece(step, number) for number in numbers or range(self.cut_as.batch)]
        return to_bytes([small for small, _ in pieces]), to_bytes([large for _, large in pieces])

    def stream(self, first: int, end: int, numbers: range, workers: int) -> DataLoader:
        """Return the batches from `first` to before `end` one by one, cut ahead by `workers` processes."""
        steps = Steps(self, first, end, numbers)
        return DataLoader(steps, batch_size=None, num_workers=workers, pin_memory=torch.cuda.is_available())

    def piece(self, step: int, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return one crop, small and large."""
        rng = np.random.default_rng([self.cut_as.seed, step, number])
        pairs, chance = self.sources[rng.choice(len(self.sources), p=self.shares)]
        pair = pairs[rng.choice(len(pairs), p=chance)]
        small, large = self.crop(pair, rng)
        flip_rows, flip_columns, transpose = rng.integers(2, size=3)

        def turned(piece: NDArray[np.uint8]) -> NDArray[np.uint8]:
            piece = piece[::-1] if flip_rows else piece
            piece = piece[:, ::-1] if flip_columns else piece
            return piece.swapaxes(0, 1) if transpose else piece

        return turned(small), turned(large)

    def crop(self, pair: Pair, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a random place of a pair, small and large."""
        scale, side = self.cut_as.scale, self.cut_as.crop
        height, width = pair.small.shape[:2]
        top, left = (int(rng.integers(room - side + 1)) for room in (height, width))
        large = pair.large[top * scale : (top + side) * scale, left * scale : (left + side) * scale]
        if self.is_clean:
            return pair.small[top : top + side, left : left + side], large
        if pair.drawn and rng.integers(2):
            picture, degrade, scale = pair.small, self.retouch, 1
        else:
            picture, degrade = pair.large, self.shrink
        # Blur and compression see what is around the crop; at the picture's edge there is less.
        margin = degrade.margin // scale
        above, before = min(margin, top), min(margin, left)
        rows = slice((top - above) * scale, (top + side + margin) * scale)
        columns = slice((left - before) * scale, (left + side + margin) * scale)
        made = degrade(picture[rows, columns], rng)
        return made[above : above + side, before : before + side], large


class Steps(Dataset):
    """The batches of some steps."""

    def __init__(self, batches: Batches, first: int, end: int, numbers: range) -> None:
        """Take crops `numbers` of each batch from `first` to before `end`."""
        self.batches, self.first, self.end, self.numbers = batches, first, end, numbers

    def __len__(self) -> int:
        """Return how many batches there are."""
        return self.end - self.first

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return a batch."""
        return self.batches.cut(self.first + index, self.numbers)


def chances(pairs: list[Pair]) -> NDArray[np.float64]:
    """Return each pair's chance by its area, so that every pixel is about equally likely to be seen."""
    area = np.array([p.small.shape[0] * p.small.shape[1] for p in pairs], dtype=np.float64)
    return area / area.sum()


def to_bytes(pieces: list[NDArray[np.uint8]]) -> Tensor:
    """Stack (height, width, 3) pieces into (batch, 3, height, width), channels last in memory."""
    return torch.from_numpy(np.stack(pieces)).permute(0, 3, 1, 2)
