"""A contact sheet: the first pages side by side, to look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .page import Page

COLUMNS, ROWS = 4, 3


class Sheet:
    """Collects the first twelve pages, each with its LR picture, if it has one, enlarged beside it."""

    def __init__(self) -> None:
        """Start empty."""
        self.tiles: list[NDArray[np.uint8]] = []

    def add(self, page: Page) -> None:
        """Add a page unless the sheet is full."""
        if len(self.tiles) == COLUMNS * ROWS:
            return
        beside = np.full_like(page.large, 128)
        if page.small is not None:
            scale = page.large.shape[0] // page.small.shape[0]
            beside = page.small.repeat(scale, axis=0).repeat(scale, axis=1)
        self.tiles.append(np.concatenate([page.large, beside], axis=1))

    def picture(self) -> NDArray[np.uint8]:
        """Return the sheet, RGB bytes; raises ValueError if nothing was added."""
        if not self.tiles:
            raise ValueError("a contact sheet needs at least one page")
        blank = np.full_like(self.tiles[0], 128)
        tiles = [np.pad(t, ((4, 4), (4, 4), (0, 0))) for t in self.tiles]
        tiles += [np.pad(blank, ((4, 4), (4, 4), (0, 0)))] * (-len(tiles) % COLUMNS)
        rows = [np.concatenate(tiles[i : i + COLUMNS], axis=1) for i in range(0, len(tiles), COLUMNS)]
        return np.concatenate(rows)
