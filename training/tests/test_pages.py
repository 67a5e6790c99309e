"""Drawing pages: shape, repeatability, and that the large and the small picture of a page agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ImageFont

skia = pytest.importorskip("skia")
pytest.importorskip("segno")

from training.data.resize import shrink  # noqa: E402
from training.pages import Fonts, Page, draw_page, draw_print, find_fonts, page  # noqa: E402
from training.pages.colours import BLACK, WHITE, Scheme  # noqa: E402
from training.pages.page import CONTENTS  # noqa: E402
from training.pages.scene import EDGING, EXACT, Box, Rendering, Scene  # noqa: E402
from training.pages.text import Style, set_line  # noqa: E402

SCREENS = (
    Rendering(),
    Rendering(subpixel=False),
    Rendering(hinting=skia.FontHinting.kSlight),
    Rendering(hinting=skia.FontHinting.kFull, subpixel=False),
    Rendering(EDGING.kSubpixelAntiAlias),
    Rendering(EDGING.kAlias, subpixel=False, smooth=False),
)
"""Ways to draw the small picture."""

SCHEME = Scheme(WHITE, BLACK, (BLACK, BLACK, BLACK, BLACK))


def write_font(folder: Path, family: str) -> Path:
    """Write the font that comes with Pillow, under a name of seven letters like its own, Aileron."""
    data = ImageFont.load_default(20).path.getvalue()
    for encoding in ("ascii", "utf-16-be"):
        data = data.replace("Aileron".encode(encoding), family.encode(encoding))
    path = folder / f"{family}.ttf"
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """Return the one font that is there on every machine."""
    folder = tmp_path_factory.mktemp("fonts")
    write_font(folder, "Aileron")
    return find_fonts(folder)


def empty_scene(fonts: Fonts, seed: int, rendering: Rendering | None) -> Scene:
    """Return a scene in black on white for pictures at scale 4."""
    return Scene(np.random.default_rng(seed), fonts, SCHEME, rendering, 4)


def grey(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean of the channels, its own mean taken off."""
    values = picture.mean(axis=2)
    return values - values.mean()


def shift(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> tuple[int, int]:
    """Return how many pixels down and right of the second the first is, by the peak of correlation."""
    product = np.fft.rfft2(grey(first)) * np.conj(np.fft.rfft2(grey(second)))
    correlation = np.fft.irfft2(product, s=first.shape[:2])
    down, right = np.unravel_index(correlation.argmax(), correlation.shape)
    height, width = correlation.shape
    return int((down + height // 2) % height - height // 2), int((right + width // 2) % width - width // 2)


def likeness(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the correlation coefficient of two pictures."""
    return float(np.corrcoef(grey(first).ravel(), grey(second).ravel())[0, 1])


def pages(fonts: Fonts, count: int) -> list[Page]:
    """Return the first pages of seed 1."""
    return [draw_page(np.random.default_rng([1, n]), 64, 4, fonts) for n in range(count)]


def test_sizes_and_shares(fonts: Fonts) -> None:
    """Both pictures have the promised sizes, and about half the pages have a small one."""
    drawn = pages(fonts, 40)
    assert all(p.large.shape == (256, 256, 3) and p.large.dtype == np.uint8 for p in drawn)
    smalls = [p.small for p in drawn if p.small is not None]
    assert all(small.shape == (64, 64, 3) and small.dtype == np.uint8 for small in smalls)
    assert 10 <= len(smalls) <= 30


def test_hardly_a_page_is_empty(fonts: Fonts) -> None:
    """Nearly all show something."""
    assert sum(p.large.std() > 5 for p in pages(fonts, 30)) >= 28


def test_the_seed_makes_the_page(fonts: Fonts) -> None:
    """The same seed gives the same bytes, another seed others."""
    first, again, other = (draw_page(np.random.default_rng(s), 64, 2, fonts) for s in (5, 5, 6))
    assert np.array_equal(first.large, again.large)
    assert not np.array_equal(first.large, other.large)


def test_small_print_fills_plain_pages(fonts: Fonts) -> None:
    """Two colours and what is between, rows of text from top to bottom, and no small picture."""
    for seed in range(8):
        drawn = draw_print(np.random.default_rng([4, seed]), 64, 4, fonts)
        assert drawn.small is None
        rows = grey(drawn.large).std(axis=1) > 1
        assert rows[:128].any() and rows[128:].any()
        assert not rows.all()


@pytest.mark.parametrize("scale", [2, 4])
@pytest.mark.parametrize("rendering", SCREENS, ids=str)
def test_both_pictures_agree(
    fonts: Fonts, rendering: Rendering, scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The small picture, as a screen draws it, is nowhere shifted against the shrunk large one."""
    monkeypatch.setattr(page, "DIRECT", 1)
    monkeypatch.setattr(page, "random_rendering", lambda rng: rendering)
    likes = []
    for seed in range(8):
        drawn = draw_page(np.random.default_rng([3, seed]), 64, scale, fonts)
        shrunk = shrink(drawn.large, scale)
        assert drawn.small is not None
        assert shift(drawn.small, shrunk) == (0, 0)
        likes.append(likeness(drawn.small, shrunk))
    assert np.mean(likes) > 0.9


@pytest.mark.parametrize("draw", CONTENTS, ids=lambda draw: draw.__name__)
def test_every_kind_of_content(draw: Callable[[Scene, Box], None], fonts: Fonts) -> None:
    """Each kind leaves marks in its box, also in a small one, and both sizes of it agree."""
    for side in (30, 64):
        scene = empty_scene(fonts, 4, EXACT)
        draw(scene, Box(2, 2, side - 4, side - 4))
        large = scene.render(side, 4, EXACT)
        assert large.std() > 2
        assert likeness(shrink(large, 4), scene.render(side, 1, EXACT)) > 0.9


def drawn_text(fonts: Fonts, way: Rendering) -> NDArray[np.uint8]:
    """Return black text on white as a screen draws it, RGB bytes."""
    scene = empty_scene(fonts, 2, way)
    set_line(scene, Style(fonts.pick(scene.rng), 11, BLACK), "Sphinx of 0.12 kg", 3.4, 20)
    return scene.render(96, 1, way)


def test_each_screen_draws_its_own_way(fonts: Fonts) -> None:
    """Hinting, edging and whole pixels all reach the letters."""
    assert len({drawn_text(fonts, way).tobytes() for way in SCREENS}) == len(SCREENS)


def test_lcd_edging_alone_is_coloured(fonts: Fonts) -> None:
    """Black letters on white get coloured edges."""
    for way in SCREENS:
        colour = np.ptp(drawn_text(fonts, way).astype(int), axis=2).max()
        assert (colour > 30) == (way.edging == EDGING.kSubpixelAntiAlias)


@pytest.mark.parametrize(("rendering", "step"), [(Rendering(subpixel=False), 1), (Rendering(), 0.25)])
def test_letters_stand_where_the_screen_can_put_them(
    fonts: Fonts, rendering: Rendering, step: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On whole pixels or quarters, the baseline on a whole one; anywhere if turned or only drawn large."""
    for screen, turned, snapped in ((rendering, False, True), (rendering, True, False), (None, False, False)):
        scene = empty_scene(fonts, 1, screen)
        placed: list[tuple[list[float], float]] = []
        monkeypatch.setattr(scene, "glyphs", lambda *given, to=placed: to.append(given[3:5]))
        style = Style(fonts.pick(scene.rng), 9.3, BLACK, spacing=0.37)
        if turned:
            with scene.turned(8, (0, 0)):
                set_line(scene, style, "Sphinx of 0.12 kg", 3.44, 20.3, anchor=0.1)
        else:
            set_line(scene, style, "Sphinx of 0.12 kg", 3.44, 20.3, anchor=0.1)
        ((xs, y),) = placed
        assert all((x / step).is_integer() for x in xs) == snapped
        assert float(y).is_integer() == snapped


def test_the_small_picture_averages_a_photo(fonts: Fonts) -> None:
    """Each small pixel is the mean of the large ones it stands for."""
    scene = empty_scene(fonts, 1, EXACT)
    noise = np.random.default_rng(1).integers(256, size=(64, 64, 3)).astype(np.uint8)
    scene.picture(Box(0, 0, 16, 16), noise)
    assert np.array_equal(scene.render(16, 4, EXACT), noise)
    means = noise.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(scene.render(16, 1, EXACT) - means).max() <= 1


def test_photos_come_behind_pages(fonts: Fonts) -> None:
    """With photos, some pages show them; too small ones are enlarged."""
    photo = np.zeros((20, 30, 3), dtype=np.uint8)
    photo[:] = (1, 254, 3)
    drawn = [draw_page(np.random.default_rng([2, n]), 32, 2, fonts, [photo]).large for n in range(60)]
    assert any((large == photo[0, 0]).all(axis=2).mean() > 0.05 for large in drawn)


def test_refuses_a_tiny_page(fonts: Fonts) -> None:
    """Nothing can be read on it."""
    with pytest.raises(ValueError, match="too small"):
        draw_page(np.random.default_rng(1), 16, 4, fonts)
