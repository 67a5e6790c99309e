"""The command `pages`, its files, and which fonts it takes."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("skia")
pytest.importorskip("segno")

from training.commands.pages import add_arguments, run
from training.pages.fonts import EVALUATION, KIN, find_fonts
from training.tests.test_pages import write_font


def pages(*arguments: str | Path) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    run(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture
def font_folder(tmp_path: Path) -> Path:
    """Return a folder with a font to train on, one to measure on, and one too much like such a one."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    for family in ("Aileron", "Carlito", "Cousine"):
        write_font(folder, family)
    (folder / "broken.ttf").write_bytes(b"no font")
    return folder


def test_fonts_are_kept_apart(font_folder: Path) -> None:
    """Those to measure on are never trained on, nor are their like."""
    assert "Carlito" in EVALUATION
    assert "Cousine" in KIN
    assert list(find_fonts(font_folder).families) == ["Aileron"]
    assert list(find_fonts(font_folder, evaluation=True).families) == ["Carlito"]


def test_refuses_a_folder_without_fonts(tmp_path: Path) -> None:
    """There is nothing to write with."""
    with pytest.raises(ValueError, match="no font with Latin letters"):
        find_fonts(tmp_path)
    with pytest.raises(ValueError, match="not a folder"):
        find_fonts(tmp_path / "none")


def test_the_files(
    font_folder: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Numbered pages, small ones of some, a sheet, a line that counts them; the same the second time."""
    out, again, sheet = tmp_path / "out", tmp_path / "again", tmp_path / "sheet.png"
    rest = ("--count", "6", "--size", "48", "--scale", "2", "--photos", folder, "--fonts", font_folder)
    pages("--out", out, *rest, "--sheet", sheet)
    pages("--out", again, *rest)
    names = sorted(path.name for path in out.iterdir())
    larges = [name for name in names if "small" not in name]
    assert larges == [f"{number:05}.png" for number in range(1, 7)]
    assert f"6 pages in {out}, {len(names) - 6} of them drawn small too" in capsys.readouterr().out
    for name in names:
        with Image.open(out / name) as first, Image.open(again / name) as second:
            assert first.size == ((48, 48) if "small" in name else (96, 96))
            assert np.array_equal(np.asarray(first), np.asarray(second))
    with Image.open(sheet) as picture:
        assert picture.size == (4 * 200, 2 * 104)


def test_refuses_no_pages(font_folder: Path, tmp_path: Path) -> None:
    """The count must be positive."""
    with pytest.raises(ValueError, match="at least 1"):
        pages("--out", tmp_path, "--count", "0", "--fonts", font_folder)
