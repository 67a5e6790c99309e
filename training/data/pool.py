"""A pool of patches on the device, renewed little by little, that batches of crops are cut from.

Degrading a patch takes a processor milliseconds, and a GPU learns from thousands of crops a second; so each
patch is cut more than once, at other positions and turned otherwise, before it gives way to a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from .patches import Group, Patches, stream


@dataclass(frozen=True)
class CropSpec:
    """How batches are cut: `batch` crops of `crop` x `crop` small pixels, reproducible from `seed`.

    About `patches` patches are held, and `fresh` of them are new for each batch.
    """

    crop: int
    batch: int
    seed: int
    patches: int = 256
    fresh: int = 4


@dataclass(frozen=True)
class CropPositions:
    """Where crops lie, each (count,): in which patch, from which row and column, and how they are turned."""

    patch: NDArray[np.int64]
    top: NDArray[np.int64]
    left: NDArray[np.int64]
    turned: NDArray[np.int64]

    def part(self, numbers: range) -> CropPositions:
        """Return some of them."""
        chosen = slice(numbers.start, numbers.stop)
        return CropPositions(self.patch[chosen], self.top[chosen], self.left[chosen], self.turned[chosen])


class Pool:
    """Patches in slots, of which batches are cut; each pixel is one number, so that it is gathered at once.

    Before batch `step` it holds the groups of patches from `step` on, group *g* in place *g* modulo their
    number. So a batch follows from the seed and its number alone: a resumed run continues exactly, and
    processes that share a batch see together what one process would have seen.
    """

    def __init__(self, patches: Patches, spec: CropSpec, device: torch.device) -> None:
        """Make room for the patches on the device; raises ValueError unless at least one is new each time."""
        if spec.fresh < 1:
            raise ValueError(f"at least one patch must be fresh for each batch, not {spec.fresh}")
        self.patches, self.spec, self.device = patches, spec, device
        self.groups = max(1, spec.patches // spec.fresh)
        count, side, scale = self.groups * spec.fresh, patches.side, patches.scale
        self.small = torch.empty(count, side, side, dtype=torch.int32, device=device)
        self.large = torch.empty(count, side * scale, side * scale, dtype=torch.int32, device=device)
        self.upright = np.zeros(count, bool)

    def batches(self, step: int, numbers: range, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches from `step` on without end; `numbers` are the crops wanted of each.

        Small ones are (crops, 3, crop, crop) and large ones (crops, 3, crop * scale, crop * scale), bytes on
        the device with channels last in memory. `workers` processes make patches ahead.
        """
        groups = enumerate(stream(self.patches, step, self.spec.fresh, workers), start=step)
        for number, group in groups:
            self.put(number, group)
            ahead = number - step - self.groups + 1
            if ahead >= 0:
                yield self.crops(self.positions(step + ahead).part(numbers))

    def put(self, number: int, group: Group) -> None:
        """Put a group in the place of the oldest."""
        start = number % self.groups * self.spec.fresh
        slots = slice(start, start + self.spec.fresh)
        self.small[slots] = packed(group.small.to(self.device, non_blocking=True))
        self.large[slots] = packed(group.large.to(self.device, non_blocking=True))
        self.upright[slots] = group.upright

    def positions(self, step: int) -> CropPositions:
        """Return where the crops of a batch lie."""
        rng = np.random.default_rng([self.spec.seed, step, self.spec.batch])
        room = self.patches.side - self.spec.crop + 1
        patch, top, left, turned = (
            rng.integers(choices, size=self.spec.batch) for choices in (len(self.small), room, room, 8)
        )
        return CropPositions(patch, top, left, np.where(self.upright[patch], 0, turned))

    def crops(self, positions: CropPositions) -> tuple[Tensor, Tensor]:
        """Return crops, small and large."""
        scale = self.patches.scale
        numbers = np.stack([positions.patch, positions.top, positions.left, positions.turned])
        patch, top, left, turned = torch.from_numpy(numbers).to(self.device, non_blocking=True)
        return (
            gathered(self.small, patch, top, left, turned, self.spec.crop),
            gathered(self.large, patch, top * scale, left * scale, turned, self.spec.crop * scale),
        )


def packed(pictures: Tensor) -> Tensor:
    """Return RGB bytes (count, height, width, 3) as one number for each pixel, (count, height, width)."""
    return functional.pad(pictures, (0, 1)).view(torch.int32)[..., 0]


def gathered(patches: Tensor, patch: Tensor, top: Tensor, left: Tensor, turned: Tensor, side: int) -> Tensor:
    """Return squares (count, 3, side, side) of packed pictures (patches, height, width), turned.

    Bits 0 and 1 of `turned` mirror rows and columns, bit 2 swaps them.
    """
    steps = torch.arange(side, device=patches.device)
    down, right = (
        start[:, None] + torch.where((turned[:, None] & bit) > 0, side - 1 - steps, steps)
        for start, bit in ((top, 1), (left, 2))
    )
    swapped = (turned & 4)[:, None, None] > 0
    height, width = patches.shape[1:3]
    rows = torch.where(swapped, down[:, None, :], down[:, :, None])
    columns = torch.where(swapped, right[:, :, None], right[:, None, :])
    flat = (patch[:, None, None] * height + rows) * width + columns
    pixels = torch.take(patches, flat)[..., None].view(torch.uint8)[..., :3]
    return pixels.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
