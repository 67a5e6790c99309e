"""Colours that go together: paper, ink and accents, mostly dark on light as pages and screens have them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]
"""Red, green and blue, 0..255."""

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True)
class Scheme:
    """The colours of one page or panel."""

    paper: Colour
    ink: Colour
    accents: tuple[Colour, ...]

    def accent(self, rng: np.random.Generator) -> Colour:
        """Return one of the accents."""
        return self.accents[rng.integers(len(self.accents))]

    def shade(self, amount: float) -> Colour:
        """Return the paper mixed with `amount` (0..1) of ink: for borders, fields and faint text."""
        return mix(self.paper, self.ink, amount)

    def is_dark(self) -> bool:
        """Tell whether the ink is lighter than the paper."""
        return luma(self.paper) < luma(self.ink)


def luma(colour: Colour) -> float:
    """Return the brightness (BT.601), 0..255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Return the colour `amount` (0..1) of the way from the first to the second."""
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(first, second, strict=True))
    return red, green, blue


def readable_on(paper: Colour) -> Colour:
    """Return black or white, whichever stands out more."""
    return BLACK if luma(paper) > 128 else WHITE


def coloured(
    rng: np.random.Generator, lightness: tuple[float, float], saturation: tuple[float, float]
) -> Colour:
    """Return a random hue with lightness and saturation (0..1) in the given ranges."""
    red, green, blue = colorsys.hls_to_rgb(rng.random(), rng.uniform(*lightness), rng.uniform(*saturation))
    return round(red * 255), round(green * 255), round(blue * 255)


def random_scheme(rng: np.random.Generator) -> Scheme:
    """Return dark on light (seven in ten), light on dark or strong colours; one in ten of low contrast."""
    chance = rng.random()
    if chance < 0.4:
        paper, ink = WHITE, coloured(rng, (0, 0.15), (0, 0.2)) if rng.random() < 0.5 else BLACK
    elif chance < 0.7:
        paper, ink = coloured(rng, (0.85, 0.98), (0, 0.7)), coloured(rng, (0, 0.3), (0, 1))
    elif chance < 0.87:
        paper, ink = coloured(rng, (0, 0.2), (0, 0.5)), coloured(rng, (0.8, 1), (0, 0.8))
    else:
        paper = coloured(rng, (0.2, 0.75), (0.3, 1))
        ink = (
            readable_on(paper)
            if rng.random() < 0.7
            else mix(coloured(rng, (0.3, 0.7), (1, 1)), readable_on(paper), 0.5)
        )
    if rng.random() < 0.1:
        ink = mix(paper, ink, rng.uniform(0.25, 0.6))
    lightness = (0.25, 0.5) if luma(paper) > 128 else (0.5, 0.8)
    return Scheme(paper, ink, tuple(coloured(rng, lightness, (0.4, 1)) for _ in range(4)))


def inverted(scheme: Scheme) -> Scheme:
    """Return the scheme with paper and ink exchanged."""
    return Scheme(
        scheme.ink, scheme.paper, tuple(mix(a, readable_on(scheme.ink), 0.4) for a in scheme.accents)
    )


def panel_scheme(rng: np.random.Generator, outer: Scheme) -> Scheme:
    """Return a scheme for a panel on a page: a shade of the page's, its inverse, an accent, or its own."""
    chance = rng.random()
    if chance < 0.45:
        return Scheme(outer.shade(rng.uniform(0, 0.12)), outer.ink, outer.accents)
    if chance < 0.6:
        return inverted(outer)
    if chance < 0.75:
        paper = outer.accent(rng)
        return Scheme(
            paper, readable_on(paper), tuple(mix(a, readable_on(paper), 0.6) for a in outer.accents)
        )
    return random_scheme(rng)
