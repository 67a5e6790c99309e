"""Reading folders, and cutting batches."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.pictures import Batches, Pair, find_pictures, read_folder, to_bytes
from training.resize import shrink
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


def test_crops_are_aligned_and_keep_orientation_in_step() -> None:
    """With large pixels that repeat small ones, every crop must show the same repetition."""
    small = np.random.default_rng(4).integers(256, size=(20, 30, 3), dtype=np.uint8)
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    batches = Batches([Pair("one", large, small)], scale=3, crop=8, batch=32, seed=5)
    smalls, larges = batches.cut(0)
    assert smalls.shape == (32, 3, 8, 8)
    repeated = smalls.repeat_interleave(3, dim=2).repeat_interleave(3, dim=3)
    assert np.array_equal(repeated.numpy(), larges.numpy())
    places = {bytes(piece.numpy().tobytes()) for piece in smalls}
    assert len(places) > 28


def test_all_eight_orientations_occur() -> None:
    """Cut from a picture that allows but one place."""
    large = drawn_picture(6, side=16)
    batches = Batches([Pair("one", large, shrink(large, 2))], scale=2, crop=8, batch=64, seed=7)
    _, larges = batches.cut(0)
    seen = {piece.numpy().tobytes() for piece in larges}
    turned = [np.rot90(p, k) for p in (large, large[::-1]) for k in range(4)]
    assert seen == {to_bytes([np.ascontiguousarray(t)])[0].numpy().tobytes() for t in turned}


def test_a_batch_follows_from_seed_and_step() -> None:
    """An exact resume rests on it."""
    large = drawn_picture(8)
    pairs = [Pair("one", large, shrink(large, 2))]
    first, again = (Batches(pairs, 2, 8, 4, seed=1).cut(3)[1] for _ in range(2))
    assert first.equal(again)
    assert not first.equal(Batches(pairs, 2, 8, 4, seed=1).cut(4)[1])
    assert not first.equal(Batches(pairs, 2, 8, 4, seed=2).cut(3)[1])
