"""Setting lines of text, placed glyph by glyph so that the LR and the HR picture agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from .colours import Colour
from .fonts import Face
from .scene import EDGING, Scene
from .words import token


@dataclass(frozen=True)
class Style:
    """How a line is set: size and letter spacing in LR pixels."""

    face: Face
    size: float
    colour: Colour
    spacing: float = 0
    script: str = "latin"

    def bold(self, scene: Scene) -> Style:
        """Return the style with the upright bold face of its family."""
        return replace(self, face=scene.fonts.bold(self.face))

    def sized(self, factor: float) -> Style:
        """Return the style with the size changed by a factor, not below 6 nor above 40 pixels."""
        return replace(self, size=min(max(self.size * factor, 6), 40))

    def tinted(self, colour: Colour) -> Style:
        """Return the style in another colour."""
        return replace(self, colour=colour)

    @property
    def leading(self) -> int:
        """Return the usual distance of baselines."""
        return round(self.size * 1.3)


def random_size(rng: np.random.Generator, smallest: float = 6, largest: float = 40) -> float:
    """Return a size in LR pixels: three in four at most 14, one in 14 above 24; mostly whole."""
    chance = rng.random()
    low, high = (6, 14) if chance < 0.76 else (14, 24) if chance < 0.93 else (24, 40)
    size = min(max(rng.uniform(low, high), smallest), largest)
    return round(size) if rng.random() < 0.6 else size


def random_style(
    scene: Scene,
    smallest: float = 6,
    largest: float = 40,
    *,
    monospaced: bool | None = None,
    foreign: bool = True,
) -> Style:
    """Return a style in the scene's ink, upright and regular most often, Latin in four of five."""
    rng = scene.rng
    chance = rng.random() if foreign else 1
    script = (
        "accented"
        if chance < 0.09
        else "cyrillic"
        if chance < 0.15
        else "greek"
        if chance < 0.19
        else "latin"
    )
    face = scene.fonts.pick(
        rng,
        monospaced=monospaced if monospaced is not None else rng.random() < 0.05,
        script=script,
        bold=rng.random() < 0.2,
        italic=rng.random() < 0.12,
    )
    if script not in face.scripts:
        script = "latin"
    colour = scene.scheme.ink if rng.random() < 0.9 else scene.scheme.accent(rng)
    if scene.rendering.edging == EDGING.kAlias:
        # Smaller letters cannot be told apart without antialiasing.
        smallest = max(smallest, 9)
    size = random_size(rng, smallest, max(smallest, largest))
    spacing = rng.uniform(-0.03, 0.15) * size if rng.random() < 0.12 else 0
    return Style(face, size, colour, spacing, script)


def advances(scene: Scene, style: Style, text: str) -> tuple[list[int], list[float]]:
    """Return the glyphs that the face has for the text, and how far each moves the pen."""
    font = scene.rendering.font(style.face, style.size)
    glyphs = [glyph for glyph in font.textToGlyphs(text) if glyph]
    return glyphs, [width + style.spacing for width in font.getWidths(glyphs)] if glyphs else []


def width_of(scene: Scene, style: Style, text: str) -> float:
    """Return how wide a line is, in LR pixels."""
    return sum(advances(scene, style, text)[1])


def snap(scene: Scene, xs: np.ndarray, y: float) -> tuple[np.ndarray, float]:
    """Return the places where the LR screen will put the glyphs: quarters of a pixel or whole ones."""
    if not scene.aligned or scene.turns:
        return xs, y
    steps = 4 if scene.rendering.subpixel else 1
    return np.round(xs * steps) / steps, round(y)


def set_line(scene: Scene, style: Style, text: str, x: float, y: float, anchor: float = 0) -> float:
    """Add a line on the baseline y and return its width.

    `anchor` says which part of the line is at x: 0 its left end, 0.5 its middle, 1 its right end.
    """
    glyphs, widths = advances(scene, style, text)
    total = sum(widths)
    starts = x - anchor * total + np.concatenate([[0], np.cumsum(widths[:-1])]) if glyphs else np.empty(0)
    xs, y = snap(scene, starts, y)
    scene.glyphs(style.face, style.size, glyphs, xs.tolist(), y, style.colour)
    return total


def set_middle(scene: Scene, style: Style, text: str, x: float, y: float, anchor: float = 0) -> float:
    """Add a line whose capitals are centred on the height y, and return its width."""
    return set_line(scene, style, text, x, y + style.size * 0.35, anchor)


def cut(scene: Scene, style: Style, text: str, width: float) -> str:
    """Return as much of the text's start as fits the width; at least one letter."""
    while len(text) > 1 and width_of(scene, style, text) > width:
        text = text[:-1]
    return text


def random_lines(scene: Scene, style: Style, width: float) -> Iterator[str]:
    """Yield lines of random tokens without end, each as long as fits the width."""
    line = ""
    while True:
        new = token(scene.rng, style.script)
        longer = f"{line} {new}" if line else new
        if line and width_of(scene, style, longer) > width:
            yield line
            line = new
        else:
            line = longer
