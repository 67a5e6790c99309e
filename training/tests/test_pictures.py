"""Reading folders, and cutting batches."""

from pathlib import Path

import pytest
from PIL import Image

from training.data.pictures import find_pictures, read_folder
from training.tests.conftest import drawn_picture


def test_counts_of_what_is_skipped(folder: Path) -> None:
    """Unreadable and too small files are counted, other kinds of file ignored."""
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("nothing")
    Image.fromarray(drawn_picture(9, side=30)).save(folder / "little.webp")
    Image.new("RGB", (1, 1)).save(folder / "dot.PNG")
    reading = read_folder(folder, scale=2, smallest=16)
    assert (len(reading.pairs), reading.unreadable, reading.too_small) == (6, 1, 2)
    assert "6 pictures" in reading.report()


def test_grey_and_transparent_pictures_become_rgb_and_sides_multiples(tmp_path: Path) -> None:
    """50x41 at scale 4 is cut to 48x40; the small picture is shrunk from what is left."""
    Image.new("L", (41, 50), 7).save(tmp_path / "grey.png")
    Image.new("RGBA", (41, 50), (1, 2, 3, 4)).save(tmp_path / "transparent.png")
    grey, transparent = read_folder(tmp_path, scale=4, smallest=1).pairs
    assert grey.large.shape == transparent.large.shape == (48, 40, 3)
    assert grey.small.shape == (12, 10, 3)
    assert grey.large[0, 0].tolist() == [7, 7, 7]
    assert transparent.small[0, 0].tolist() == [1, 2, 3]


def test_memory_limit_keeps_a_shuffled_sample(folder: Path) -> None:
    """One picture takes 64 * 64 * 3 bytes and a quarter of that again."""
    reading = read_folder(folder, scale=2, smallest=16, memory=2.5 * 64 * 64 * 3, seed=1)
    assert (len(reading.pairs), reading.left_out) == (2, 4)
    other = read_folder(folder, scale=2, smallest=16, memory=2.5 * 64 * 64 * 3, seed=2)
    assert {p.name for p in reading.pairs} != {p.name for p in other.pairs}


def test_no_such_folder(tmp_path: Path) -> None:
    """Named in the error."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        find_pictures(tmp_path / "nowhere")


def test_a_small_version_that_was_drawn_is_read_and_not_made(tmp_path: Path) -> None:
    """NAME.small.png beside NAME.png; one of another size makes the pair unreadable."""
    Image.new("RGB", (16, 16), "white").save(tmp_path / "page.png")
    Image.new("RGB", (8, 8), "red").save(tmp_path / "page.small.png")
    Image.new("RGB", (16, 16), "white").save(tmp_path / "wrong.png")
    Image.new("RGB", (9, 8), "red").save(tmp_path / "wrong.small.png")
    Image.new("RGB", (16, 16), "blue").save(tmp_path / "zebra.png")
    reading = read_folder(tmp_path, scale=2, smallest=4)
    assert reading.unreadable == 1
    assert [(pair.name, pair.drawn) for pair in reading.pairs] == [("page.png", True), ("zebra.png", False)]
    assert reading.pairs[0].small[0, 0].tolist() == [255, 0, 0]
