"""The command `crops`: strips of small pieces for the card of a model."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.commands import crops
from training.measure.crops import CAPTION, GAP, MOST_BYTES, PANEL, Square, cut, encoded, square
from training.networks.compact import Compact
from training.release.weights import encode

from .conftest import drawn_picture


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a tiny network's file."""
    torch.manual_seed(1)
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(encode({n: t.half() for n, t in Compact(4, 1, 2).state_dict().items()}, {}))
    return path


def arguments(*words: str | int | Path) -> argparse.Namespace:
    """Return the parsed options of `crops`."""
    parser = argparse.ArgumentParser()
    crops.add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg"])
def test_strip(tmp_path: Path, folder: Path, model: Path, suffix: str) -> None:
    """Four panels in a row for each square; the last shows the original's pixels, whole times enlarged."""
    out = tmp_path / "cards" / f"strip.{suffix}"
    picture = folder / "1.png"
    words = ("--picture", picture, 5, 7, 40, "--picture", folder / "2.png", 0, 0, 60)
    crops.run(arguments("--model", model, "--out", out, *words), lambda line: None)
    assert out.stat().st_size <= MOST_BYTES
    with Image.open(out) as opened:
        sheet = np.asarray(opened.convert("RGB"))
    assert sheet.shape == (CAPTION + 2 * PANEL + GAP, 4 * PANEL + 3 * GAP, 3)
    assert (sheet[:CAPTION] < 128).any()
    if suffix == "png":
        left = 3 * (PANEL + GAP)
        shown = sheet[CAPTION : CAPTION + PANEL : 6, left : left + PANEL : 6]
        assert (shown == drawn_picture(1)[7:47, 5:45]).all()


def test_panels_are_of_one_place(folder: Path, model: Path) -> None:
    """Wherever the square lies on the grid of small pixels, each method shows what lies there."""
    for x in (0, 1, 13, 24):
        methods = [crops.classical("bicubic"), crops.original()]
        degrade = crops.Degradation(crops.KINDS["clean"], 2)
        made, true = crops.panels(Square(folder / "1.png", x, 3, 40), methods, degrade, 1)
        assert made.shape == true.shape == (40, 40, 3)
        here, beside = (
            np.abs(made[:, 2:-2].astype(int) - np.roll(true, k, 1)[:, 2:-2]).mean() for k in (0, 2)
        )
        assert here < beside


def test_surroundings_are_cut_at_multiples() -> None:
    """So that the network sees the grid of the whole picture, 32 small pixels around where there are."""
    picture = np.zeros((400, 401, 3), np.uint8)
    piece, x, y = cut(picture, Square(Path("a.png"), 201, 150, 50), 4)
    assert (201 - x) % 4 == (150 - y) % 4 == 0 and min(x, y) >= 128
    assert piece.shape[0] % 4 == piece.shape[1] % 4 == 0
    assert piece.shape[0] >= 50 + 2 * 128


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ((30, 0, 40), "reaches out"),
        ((-1, 0, 40), "reaches out"),
        ((0, 0, 0), "from 1 to 240"),
        ((0, 0, 241), "from 1 to 240"),
    ],
)
def test_squares_outside(place: tuple[int, int, int], message: str) -> None:
    """Are refused."""
    with pytest.raises(ValueError, match=message):
        cut(np.zeros((64, 64, 3), np.uint8), Square(Path("a.png"), *place), 2)


def test_square_from_words() -> None:
    """Of a command line; what is no number is named."""
    assert square(["a.png", "1", "2", "30"]) == Square(Path("a.png"), 1, 2, 30)
    with pytest.raises(ValueError, match=r"not a\.png 1 two 30"):
        square(["a.png", "1", "two", "30"])


def test_size_limit() -> None:
    """Noise is stored at less quality until it fits; a PNG cannot be, and says so."""
    noise = Image.fromarray(np.random.default_rng(1).integers(256, size=(300, 400, 3)).astype(np.uint8))
    assert 0 < len(encoded(noise, ".jpg")) <= MOST_BYTES
    with pytest.raises(ValueError, match="more than 80000 bytes"):
        encoded(noise, ".png")
    with pytest.raises(ValueError, match=r"not as \.gif"):
        encoded(noise, ".gif")
