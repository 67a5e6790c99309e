"""Keeping folders that were read before."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data import cache
from training.data.cache import read_cached
from training.data.pictures import Reading, read_folder

WANTED = (2, 16, float("inf"), 1)


def test_a_second_reading_is_the_same_and_opens_no_picture(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pictures, small versions, names and counts."""
    (folder / "broken.jpg").write_bytes(b"no picture")
    first = read_cached(folder, WANTED, tmp_path / "cache")
    assert first.report() == read_folder(folder, *WANTED).report()

    def never(*_: object) -> Reading:
        raise AssertionError("read again")

    monkeypatch.setattr(cache, "read_folder", never)
    again = read_cached(folder, WANTED, tmp_path / "cache")
    assert (again.unreadable, again.too_small, again.left_out) == (1, 0, 0)
    for one, other in zip(first.pairs, again.pairs, strict=True):
        assert (one.name, one.drawn) == (other.name, other.drawn)
        assert np.array_equal(one.large, other.large)
        assert np.array_equal(one.small, other.small)


def test_a_changed_folder_or_wish_is_read_anew(folder: Path, tmp_path: Path) -> None:
    """Another file, another seed, another scale."""
    read_cached(folder, WANTED, tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 1
    read_cached(folder, (2, 16, float("inf"), 2), tmp_path)
    read_cached(folder, (4, 16, float("inf"), 1), tmp_path)
    assert len(list(tmp_path.glob("*.npz"))) == 3
    Image.new("RGB", (64, 64)).save(folder / "new.png")
    assert len(read_cached(folder, WANTED, tmp_path).pairs) == 7
