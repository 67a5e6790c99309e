"""Logos: large letters, flat or with a gradient, outlined or shadowed, with a sign beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import skia

from .backgrounds import random_gradient
from .colours import Colour, readable_on
from .fonts import Face
from .icons import draw_icon, shape
from .scene import Box, Scene, fill, stroke
from .text import random_style, set_line
from .words import label, phrase, word


def outline(face: Face, text: str, size: float, spacing: float) -> skia.Path:
    """Return the outlines of a line of text from the origin on."""
    font = skia.Font(face.typeface, size)
    font.setHinting(skia.FontHinting.kNone)
    glyphs = [glyph for glyph in font.textToGlyphs(text) if glyph]
    path, x = skia.Path(), 0.0
    for glyph, width in zip(glyphs, font.getWidths(glyphs) if glyphs else [], strict=True):
        letter = font.getPath(glyph)
        if letter is not None:
            path.addPath(letter, x, 0)
        x += width + spacing
    return path


def fitted(path: skia.Path, box: Box) -> skia.Path:
    """Return the path enlarged to fit a box and centred there."""
    bounds = path.computeTightBounds()
    factor = min(box.width / max(bounds.width(), 1), box.height / max(bounds.height(), 1))
    x, y = box.centre
    matrix = (
        skia.Matrix.Translate(x, y)
        .preScale(factor, factor)
        .preTranslate(-bounds.centerX(), -bounds.centerY())
    )
    out = skia.Path()
    path.transform(matrix, out)
    return out


def paint_letters(scene: Scene, path: skia.Path, box: Box, colour: Colour) -> None:
    """Paint letters flat or with a gradient, with a shadow, an outline, or as an outline alone."""
    rng, scheme = scene.rng, scene.scheme
    edge = float(rng.uniform(0.6, 3))
    if rng.random() < 0.25:
        shadow = skia.Path(path)
        shadow.offset(*rng.uniform(1, 4, size=2).tolist())
        scene.path(shadow, fill(scheme.shade(0.4)))
    kind = rng.random()
    if kind < 0.12:
        scene.path(path, stroke(colour, edge))
        return
    if kind < 0.3:
        scene.path(path, stroke(readable_on(colour), 2 * edge, round_ends=True))
    scene.path(
        path,
        random_gradient(scene, box, (colour, scheme.accent(rng))) if rng.random() < 0.35 else fill(colour),
    )


def sign(scene: Scene, box: Box, colour: Colour) -> None:
    """Draw a sign: an icon, a letter in a figure, or figures one in the other."""
    rng = scene.rng
    kind = rng.random()
    if kind < 0.3:
        draw_icon(scene, box, colour)
        return
    outer = shape(rng, box) if rng.random() < 0.5 else skia.Path.Oval(box.rect())
    scene.path(
        outer,
        random_gradient(scene, box, (colour, scene.scheme.accent(rng)))
        if rng.random() < 0.4
        else fill(colour),
    )
    inner = box.inset(box.width * 0.28)
    if kind < 0.65:
        face = scene.fonts.pick(rng, bold=True)
        letter = outline(face, "ABCDEFGHIJKLMNOPQRSTUVWXYZ&@%?!"[rng.integers(31)], 40, 0)
        if not letter.isEmpty():
            scene.path(fitted(letter, inner), fill(readable_on(colour)))
    else:
        for step in range(int(rng.integers(1, 4))):
            ring = box.inset(box.width * 0.12 * (step + 1))
            scene.path(shape(rng, ring), fill(scene.scheme.accent(rng)))


def draw_logo(scene: Scene, box: Box) -> None:
    """Draw a name in large letters with a sign above or to its left, and a line of small letters below."""
    rng, scheme = scene.rng, scene.scheme
    face = scene.fonts.pick(rng, bold=rng.random() < 0.7)
    text = word(rng) if rng.random() < 0.5 else label(rng).split(" ")[0]
    text = text[: int(rng.integers(1, 9))]
    text = text.upper() if rng.random() < 0.5 else text
    colour = scheme.ink if rng.random() < 0.4 else scheme.accent(rng)
    letters = outline(face, text, 40, float(rng.choice([0, 0, -2, 4, 10])))
    place = box.inset(4)
    other = scheme.accent(rng) if rng.random() < 0.7 else colour
    layout = rng.random()
    if layout < 0.35:
        side = min(place.height * 0.5, place.width)
        sign(scene, Box(place.centre[0] - side / 2, place.top, side, side), other)
        place = Box(place.left, place.top + side + 4, place.width, place.height * 0.35)
    elif layout < 0.65:
        side = min(place.width * 0.35, place.height)
        sign(scene, Box(place.left, place.centre[1] - side / 2, side, side), other)
        place = Box(place.left + side + 4, place.top, place.width - side - 4, place.height)
    if letters.isEmpty():
        return
    path = fitted(letters, place)
    if rng.random() < 0.15:
        slant = skia.Matrix.RotateDeg(float(rng.uniform(-20, 20)), skia.Point(*place.centre))
        path.transform(slant)
    paint_letters(scene, path, place, colour)
    if rng.random() < 0.4:
        style = replace(random_style(scene, 6, 10), spacing=float(np.abs(rng.normal(0, 1.5)))).tinted(
            scheme.ink
        )
        bottom = min(path.getBounds().bottom() + style.size + 3, box.bottom - 2)
        set_line(scene, style, phrase(rng, 3, style.script), place.centre[0], bottom, 0.5)
