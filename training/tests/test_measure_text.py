"""The pages of text, and counting what is read wrongly."""

import shutil
import string

import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.pictures import Pair
from training.data.resize import shrink
from training.measure import ocr, text
from training.measure.ocr import distance, error_rate
from training.measure.text import FONTS, PRINTS, Page, Print, compress, draw, pages
from training.measure.words import lines

FEW = Print("", (12,), 75)


def has_fonts() -> bool:
    """Tell whether pages can be drawn here."""
    try:
        for name in FONTS:
            text.load_font(name, 10)
    except ValueError:
        return False
    return True


needs_fonts = pytest.mark.skipif(not has_fonts(), reason="needs the fonts that text is measured in")


def test_lines_follow_from_the_seed() -> None:
    """And fill their length without running over it."""
    first = lines(50, 44, seed=3)
    assert first == lines(50, 44, seed=3) != lines(50, 44, seed=4)
    assert all(30 <= len(line) <= 44 and line == line.strip() for line in first)
    letters = set("".join(first))
    assert letters & set(string.ascii_uppercase) and letters & set(string.digits) and letters & set(",.;:")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("abc", "", 3),
        ("flaw", "lawn", 2),
        ("ab", "ba", 2),
    ],
)
def test_distance(one: str, other: str, expected: int) -> None:
    """The textbook's cases."""
    assert distance(one, other) == expected


def test_error_rate_is_over_all_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a mean of pages; and all methods are read at four times the small size."""
    sizes = []

    def read(picture: NDArray[np.uint8]) -> str:
        sizes.append(picture.shape)
        return "abcd"

    monkeypatch.setattr(ocr, "read", read)
    small, large = np.zeros((5, 7, 3), np.uint8), np.zeros((10, 14, 3), np.uint8)
    both = [Page(Pair("", large, small), "abcd"), Page(Pair("", large, small), "abcdefgh")]
    assert error_rate(both, lambda pair: pair.large) == pytest.approx(100 * 4 / 12)
    assert sizes == [(20, 28, 3)] * 2


def test_two_sets_of_print() -> None:
    """Small and tiny, as the figures to compare with were taken."""
    assert [(p.sizes[0], p.sizes[-1], p.quality) for p in PRINTS] == [(8, 12, 75), (6, 8, 60)]


@needs_fonts
@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_pages(scale: int) -> None:
    """One for each font, `scale` times as large as the small version, the same each time."""
    made = pages(FEW, scale)
    assert len(made) == len(FONTS)
    for page, again in zip(made, pages(FEW, scale), strict=True):
        large, small = page.pair.large, page.pair.small
        assert large.shape == (small.shape[0] * scale, small.shape[1] * scale, 3)
        assert (small == again.pair.small).all() and page.text == again.text
        # The small one shows the same, but for compression.
        assert np.abs(shrink(large, scale).astype(int) - small).mean() < 10


@needs_fonts
def test_letters_have_the_size_asked_for() -> None:
    """A capital letter is some 0.7 of the font's size high, times the scale."""
    picture = draw(["H"], "Liberation Sans", 10, 4, ((0, 0, 0), (255, 255, 255)))
    rows = np.flatnonzero((picture < 128).any(axis=(1, 2)))
    assert 25 <= len(rows) <= 32
    assert picture.shape[0] % 4 == 0 and picture.shape[1] % 4 == 0


def test_compression_depends_on_quality() -> None:
    """Less quality is farther from the picture."""
    picture = np.random.default_rng(1).integers(256, size=(32, 32, 3)).astype(np.uint8)
    far = [np.abs(compress(picture, q).astype(int) - picture).mean() for q in (90, 30)]
    assert 0 < far[0] < far[1]


def test_missing_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told with what to install."""
    monkeypatch.setitem(FONTS, "Nowhere", "no-such-font.ttf")
    with pytest.raises(ValueError, match="the font Nowhere: install"):
        text.load_font("Nowhere", 10)


def test_fonts_are_kept_from_training() -> None:
    """A network must not have learned the letters it is measured on."""
    pytest.importorskip("skia")
    from training.pages.fonts import EVALUATION

    assert set(FONTS) <= set(EVALUATION)


@needs_fonts
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract")
def test_tesseract_reads_the_original() -> None:
    """Almost without a mistake, and what it reads depends on the picture."""
    page = pages(FEW, 4)[0]
    assert error_rate([page], lambda pair: pair.large) < 2
    assert error_rate([page], lambda pair: np.full_like(pair.large, 255)) == 100
