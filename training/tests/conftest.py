"""Pictures made up for the tests."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image


def drawn_picture(seed: int, side: int = 64) -> NDArray[np.uint8]:
    """Return overlapping flat rectangles (side, side, 3): edges for a network to learn from."""
    rng = np.random.default_rng(seed)
    picture = np.full((side, side, 3), rng.integers(256, size=3), dtype=np.uint8)
    for _ in range(30):
        top, left = rng.integers(side, size=2)
        height, width = rng.integers(4, side // 2, size=2)
        picture[top : top + height, left : left + width] = rng.integers(256, size=3)
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of six drawn pictures of 64x64, two of them one level down."""
    root = tmp_path / "pictures"
    (root / "below").mkdir(parents=True)
    for number in range(6):
        place = root / "below" if number > 3 else root
        Image.fromarray(drawn_picture(number)).save(place / f"{number}.png")
    return root
