"""Choosing what goes where on a page, and how its LR picture is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from .backgrounds import Photos, draw_gradient, draw_photo, draw_texture
from .charts import draw_chart
from .codes import draw_symbol
from .colours import panel_scheme, random_scheme
from .documents import draw_cover, draw_document, draw_lines, draw_listing, draw_small_print
from .fonts import Fonts
from .icons import draw_icons
from .line_art import draw_comic, draw_line_art
from .logos import draw_logo
from .scene import EDGING, EXACT, Box, Rendering, Scene, fill
from .tables import draw_numbers, draw_table
from .widgets import draw_controls, draw_window

CONTENTS: dict[Callable[[Scene, Box], None], float] = {
    draw_document: 24,
    draw_lines: 12,
    draw_listing: 9,
    draw_table: 9,
    draw_window: 9,
    draw_controls: 7,
    draw_cover: 4,
    draw_numbers: 4,
    draw_chart: 7,
    draw_icons: 4,
    draw_logo: 5,
    draw_line_art: 5,
    draw_comic: 3,
    draw_symbol: 3,
}
"""How often each kind is drawn, in about percents."""

DIRECT = 0.5
"""Share of pages whose LR picture is drawn directly."""


@dataclass(frozen=True)
class Page:
    """A page, RGB bytes: large (HR, HR, 3); small (LR, LR, 3), or None for the caller to shrink large."""

    large: NDArray[np.uint8]
    small: NDArray[np.uint8] | None


def random_rendering(rng: np.random.Generator) -> Rendering:
    """Return how a screen may draw: most often grey antialiasing, sometimes LCD, sometimes none."""
    hintings = (
        skia.FontHinting.kNone,
        skia.FontHinting.kSlight,
        skia.FontHinting.kNormal,
        skia.FontHinting.kFull,
    )
    hinting = hintings[rng.choice(4, p=[0.35, 0.35, 0.15, 0.15])]
    edging = (EDGING.kAntiAlias, EDGING.kSubpixelAntiAlias, EDGING.kAlias)[rng.choice(3, p=[0.72, 0.18, 0.1])]
    if edging == EDGING.kAlias:
        return Rendering(edging, hinting, subpixel=False, smooth=rng.random() < 0.5)
    return Rendering(edging, hinting, subpixel=rng.random() < 0.55)


def draw_background(scene: Scene, box: Box, photos: Photos) -> bool:
    """Draw what is behind a page, mostly flat, and tell whether text needs a panel to be readable there."""
    chance = scene.rng.random()
    if chance < 0.1:
        draw_gradient(scene, box)
    elif chance < 0.18:
        draw_texture(scene, box)
    elif chance < 0.26 and photos:
        # A strong veil keeps text readable without a panel.
        veiled = scene.rng.random() < 0.5
        draw_photo(scene, box, photos, scene.rng.uniform(0.6, 0.9) if veiled else 0)
        return not veiled
    else:
        scene.rect(box, fill(scene.scheme.paper))
    return False


def window(rng: np.random.Generator, size: int) -> Box:
    """Return where content goes: within margins, or beyond the page as in a cutout of a larger one."""
    margins = rng.integers(1, 10, size=4) if rng.random() < 0.45 else rng.integers(-24, 8, size=4)
    left, top, right, bottom = (int(margin) for margin in margins)
    return Box(left, top, size - left - right, size - top - bottom)


def split(rng: np.random.Generator, box: Box) -> list[Box]:
    """Return the box whole, or the parts it is cut into, again and again while they are large."""
    longest = max(box.width, box.height)
    if longest < 90 or rng.random() < 0.6:
        return [box]
    share = round(longest * rng.uniform(0.35, 0.65))
    if box.width >= box.height if rng.random() < 0.3 else box.width > 1.5 * box.height:
        parts = (
            Box(box.left, box.top, share - 3, box.height),
            Box(box.left + share, box.top, box.width - share, box.height),
        )
    else:
        share = min(share, round(box.height * 0.65))
        parts = (
            Box(box.left, box.top, box.width, share - 3),
            Box(box.left, box.top + share, box.width, box.height - share),
        )
    return [piece for part in parts for piece in split(rng, part)]


def draw_content(scene: Scene, box: Box, photos: Photos, panel: bool) -> None:
    """Draw something of a random kind into a box, on a panel if asked for."""
    rng = scene.rng
    if photos and rng.random() < 0.03:
        draw_photo(scene, box, photos)
        return
    kinds, weights = list(CONTENTS), np.array(list(CONTENTS.values()))
    draw = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    scheme = scene.scheme
    if panel:
        scheme = panel_scheme(rng, scheme)
        scene.rect(box, fill(scheme.paper), radius=float(rng.choice([0, 0, 3, 6])))
        box = box.inset(3)
    with scene.coloured(scheme), scene.clipped(box.inset(-1)):
        draw(scene, box)


def draw_print(rng: np.random.Generator, size: int, scale: int, fonts: Fonts) -> Page:
    """Draw one page of small print on plain paper, large only; see `draw_page`."""
    scene = Scene(rng, fonts, random_scheme(rng), None, scale)
    scene.rect(Box(0, 0, size, size), fill(scene.scheme.paper))
    draw_small_print(scene, window(rng, size))
    return Page(scene.render(size, scale, EXACT), None)


def draw_page(rng: np.random.Generator, size: int, scale: int, fonts: Fonts, photos: Photos = ()) -> Page:
    """Draw one page of `size` x `size` LR pixels at `scale` times the size, and for half of them at LR too.

    The photos, RGB bytes (height, width, 3), serve as backgrounds and illustrations. The same state of `rng`
    gives the same page as long as the fonts are the same. Raises ValueError for a size below 32 or a scale
    below 1.
    """
    if size < 32 or scale < 1:
        raise ValueError(
            f"a page of {size} LR pixels at scale {scale} is too small; 32 at scale 1 is the least"
        )
    rendering = random_rendering(rng) if rng.random() < DIRECT else None
    scene = Scene(rng, fonts, random_scheme(rng), rendering, scale)
    page = Box(0, 0, size, size)
    needs_panel = draw_background(scene, page, photos)
    inside = window(rng, size)
    if rng.random() < 0.07:
        angle = float(rng.choice([90, 180, 270]) if rng.random() < 0.25 else rng.normal(0, 8))
        with scene.turned(angle, page.centre):
            draw_content(scene, inside, photos, needs_panel)
    else:
        parts = split(rng, inside)
        for part in parts:
            draw_content(
                scene, part, photos, needs_panel or rng.random() < (0.12 if len(parts) == 1 else 0.35)
            )
    large = scene.render(size, scale, EXACT)
    return Page(large, scene.render(size, 1, rendering) if rendering else None)
