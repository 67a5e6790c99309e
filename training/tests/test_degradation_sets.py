"""The set that photo models are measured on, and the sheet to look at."""

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.commands import sheet
from training.degradation import HALVES, degraded_pairs, measured
from training.degradation.sheet import GAP, LINES, TEXT_SIZE
from training.tests.conftest import drawn_picture


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Return a folder of two drawn pictures of 500 pixels and one of 90x130."""
    for number in range(2):
        Image.fromarray(drawn_picture(number, side=500)).save(tmp_path / f"{number}.png")
    Image.fromarray(drawn_picture(2, side=130)[:90]).save(tmp_path / "small.png")
    return tmp_path


def test_degraded_pairs(photographs: Path) -> None:
    """A crop of each, of whole small pixels, lying in the picture, and again the same."""
    pairs = degraded_pairs(photographs, 4, "light")
    assert [pair.large.shape for pair in pairs] == [(480, 480, 3)] * 2 + [(88, 128, 3)]
    assert [pair.small.shape for pair in pairs] == [(120, 120, 3)] * 2 + [(22, 32, 3)]
    places = np.lib.stride_tricks.sliding_window_view(drawn_picture(0, side=500), (480, 480, 3))[:, :, 0]
    assert any(np.array_equal(pairs[0].large, place) for row in places for place in row)
    again, other = degraded_pairs(photographs, 4, "light"), degraded_pairs(photographs, 4, "light", seed=2)
    assert all(np.array_equal(a.small, b.small) for a, b in zip(pairs, again, strict=True))
    assert not np.array_equal(other[0].small, pairs[0].small)


def test_small_pictures_are_degraded_but_alike(photographs: Path) -> None:
    """They differ from plain shrinking, and not by much."""
    errors = {}
    for half in HALVES:
        pairs = degraded_pairs(photographs, 2, half)
        blocks = [pair.large.reshape(*pair.small.shape[:1], 2, -1, 2, 3).mean(axis=(1, 3)) for pair in pairs]
        errors[half] = [np.abs(p.small - b).mean() for p, b in zip(pairs, blocks, strict=True)]
        assert all(0.5 < error < 16 for error in errors[half])
    assert np.mean(errors["heavy"]) > 1.5 * np.mean(errors["light"])


def test_empty_folder(tmp_path: Path) -> None:
    """Named in the error."""
    with pytest.raises(ValueError, match="no pictures"):
        degraded_pairs(tmp_path, 4, "heavy")


def sheet_args(data: Path, *words: str) -> argparse.Namespace:
    """Return the parsed options of `sheet`."""
    parser = argparse.ArgumentParser()
    sheet.add_arguments(parser)
    return parser.parse_args(["--data", str(data), "--out", str(data / "sheet.png"), *words])


def test_sheet(photographs: Path) -> None:
    """Two rows of the crop itself and three samples, each with room for its caption; the seed decides."""
    words = ["--rows", "2", "--columns", "3", "--crop", "97", "--kind", "mild"]
    seen = []
    for seed in ("1", "1", "2"):
        sheet.run(sheet_args(photographs, *words, "--seed", seed))
        with Image.open(photographs / "sheet.png") as image:
            seen.append(np.asarray(image))
        (photographs / "sheet.png").unlink()
    width = 96 + GAP
    assert seen[0].shape == (2 * (96 + LINES * (TEXT_SIZE + 3)), 4 * width, 3)
    assert np.array_equal(seen[0], seen[1])
    assert not np.array_equal(seen[0], seen[2])
    blocks = seen[0][:96, width : width + 96]
    assert np.array_equal(blocks, blocks[::4, ::4].repeat(4, axis=0).repeat(4, axis=1))
    assert (seen[0][96:110, width : width + 96] < 100).any()


def test_sheet_refuses(photographs: Path) -> None:
    """A crop larger than any picture, and no rows."""
    with pytest.raises(ValueError, match=r"no picture of 632x632"):
        sheet.run(sheet_args(photographs, "--crop", "600"))
    with pytest.raises(ValueError, match="at least one row"):
        sheet.run(sheet_args(photographs, "--rows", "0"))


def test_random_crops_reach_every_corner() -> None:
    """The last rows and columns too."""
    picture, rng = drawn_picture(3, side=10), np.random.default_rng(1)
    seen = {measured.random_crop(picture, 9, 4, rng).tobytes() for _ in range(60)}
    expected = {picture[y : y + 8, x : x + 8].tobytes() for y in range(3) for x in range(3)}
    assert seen == expected
