"""What pages say: words, numbers, colours and codes."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("segno")

from training.pages.codes import SYMBOLS, code_128
from training.pages.colours import luma, random_scheme, readable_on
from training.pages.fonts import ALPHABETS
from training.pages.text import random_size
from training.pages.words import WORDS, code_line, number, phrase, token


def test_code_128() -> None:
    """`PJJ123C` has the check symbol 55 (weighted sum 1 x 48 + 2 x 42 + ... modulo 103)."""
    widths = code_128("PJJ123C")
    symbols = ["".join(map(str, widths[start : start + 6])) for start in range(0, len(widths) - 7, 6)]
    values = [SYMBOLS.index(symbol) for symbol in symbols]
    assert values == [104, 48, 42, 42, 17, 18, 19, 35, 55]
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2]


def test_symbols_are_distinct_and_of_eleven_modules() -> None:
    """As the standard has them: dark modules even in number."""
    assert len(set(SYMBOLS)) == len(SYMBOLS) == 106
    for symbol in SYMBOLS:
        widths = [int(width) for width in symbol]
        assert sum(widths) == 11
        assert sum(widths[::2]) % 2 == 0


@pytest.mark.parametrize("script", WORDS)
def test_text_is_in_its_script(script: str) -> None:
    """Foreign text has letters of its own alphabet, Latin text none but ASCII and money."""
    rng = np.random.default_rng(1)
    text = phrase(rng, 200, script)
    assert text.count(" ") >= 199
    if script == "latin":
        assert set(text) <= {chr(code) for code in range(32, 127)} | set("€£±")
    else:
        assert sum(letter in ALPHABETS[script] for letter in text) > 20


def test_text_has_digits_and_marks() -> None:
    """Not words alone."""
    rng = np.random.default_rng(2)
    text = " ".join(token(rng) for _ in range(300))
    assert any(letter.isdigit() for letter in text)
    assert any(letter.isupper() for letter in text)
    assert set(",.;:") <= set(text)


def test_every_number_has_a_digit() -> None:
    """Whatever its form."""
    rng = np.random.default_rng(3)
    assert all(any(letter.isdigit() for letter in number(rng)) for _ in range(200))


def test_code_has_its_gaps_filled() -> None:
    """No name of a gap is left over."""
    rng = np.random.default_rng(4)
    lines = {code_line(rng) for _ in range(300)}
    assert len(lines) > 100
    assert not any(gap in line for line in lines for gap in ("{a}", "{b}", "{c}", "{n}", "{w}", "{h}"))


def test_sizes_are_mostly_small() -> None:
    """Between 6 and 40 pixels, most at most 14."""
    rng = np.random.default_rng(5)
    sizes = np.array([random_size(rng) for _ in range(1000)])
    assert sizes.min() >= 6
    assert sizes.max() <= 40
    assert 0.7 < np.mean(sizes <= 14) < 0.85
    assert np.mean(sizes > 24) > 0.03


def test_most_pages_are_dark_on_light() -> None:
    """And nearly all have contrast enough to read."""
    rng = np.random.default_rng(6)
    schemes = [random_scheme(rng) for _ in range(500)]
    contrast = np.array([luma(scheme.paper) - luma(scheme.ink) for scheme in schemes])
    assert 0.6 < np.mean(contrast > 0) < 0.9
    assert np.mean(np.abs(contrast) > 60) > 0.8
    assert np.abs(contrast).min() > 10


def test_readable_on() -> None:
    """Black on light, white on dark."""
    assert readable_on((250, 250, 200)) == (0, 0, 0)
    assert readable_on((0, 0, 120)) == (255, 255, 255)
