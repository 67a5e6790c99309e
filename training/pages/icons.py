"""Icons: glyphs of icon fonts, and a few shapes for systems that have none."""

from __future__ import annotations

from functools import cache

import numpy as np
import skia

from .colours import Colour, readable_on
from .fonts import Face
from .scene import Box, Scene, fill, stroke
from .text import random_style, set_line
from .words import label

PRIVATE_USE = range(0xF000, 0xF900)
"""Where icon fonts keep their icons."""


@cache
def icon_glyphs(face: Face) -> list[int]:
    """Return the glyphs of an icon font."""
    return [glyph for glyph in face.typeface.unicharsToGlyphs(list(PRIVATE_USE)) if glyph]


def shape(rng: np.random.Generator, box: Box) -> skia.Path:
    """Return the outline of a simple figure in a box: polygon, star, arrow, cross, ring, drop or heart."""
    (x, y), r = box.centre, min(box.width, box.height) / 2
    kind = rng.integers(6)
    if kind < 2:
        corners = int(rng.integers(3, 9)) * (2 if kind else 1)
        radii = np.where(np.arange(corners) % 2, rng.uniform(0.35, 0.7), 1) if kind else np.ones(corners)
        angles = np.arange(corners) * 2 * np.pi / corners - np.pi / 2
        points = [(np.cos(a) * q, np.sin(a) * q) for a, q in zip(angles, radii, strict=True)]
    elif kind == 2:
        points = [(-1, -0.35), (0.1, -0.35), (0.1, -0.9), (1, 0), (0.1, 0.9), (0.1, 0.35), (-1, 0.35)]
    elif kind == 3:
        t = rng.uniform(0.2, 0.4)
        points = [(-t, -1), (t, -1), (t, -t), (1, -t), (1, t), (t, t)]
        points += [(-px, -py) for px, py in points]
    elif kind == 4:
        path = skia.Path()
        path.addCircle(x, y, r)
        path.addCircle(x, y, r * rng.uniform(0.3, 0.8))
        path.setFillType(skia.PathFillType.kEvenOdd)
        return path
    else:
        path = skia.Path()
        path.moveTo(x, y + r)
        path.cubicTo(x - 1.6 * r, y - 0.2 * r, x - 0.6 * r, y - 1.3 * r, x, y - 0.5 * r)
        path.cubicTo(x + 0.6 * r, y - 1.3 * r, x + 1.6 * r, y - 0.2 * r, x, y + r)
        return path
    path = skia.Path()
    path.addPoly([skia.Point(x + r * px, y + r * py) for px, py in points], True)
    return path


def draw_icon(scene: Scene, box: Box, colour: Colour) -> None:
    """Draw one icon in a box."""
    rng, side = scene.rng, min(box.width, box.height)
    if scene.fonts.icons and rng.random() < 0.75:
        face = scene.fonts.icons[rng.integers(len(scene.fonts.icons))]
        glyphs = icon_glyphs(face)
        glyph = glyphs[rng.integers(len(glyphs))]
        # As an outline, since screens do not hint icons.
        path = skia.Font(face.typeface, side).getPath(glyph)
        if path is not None and not path.isEmpty():
            bounds = path.getBounds()
            (x, y) = box.centre
            path.offset(x - bounds.centerX(), y - bounds.centerY())
            scene.path(path, fill(colour))
            return
    path = shape(rng, box)
    scene.path(path, fill(colour) if rng.random() < 0.7 else stroke(colour, max(1, side / 10)))


def draw_icons(scene: Scene, box: Box) -> None:
    """Fill a box with a grid of icons, bare or on tiles, with or without names below."""
    rng, scheme = scene.rng, scene.scheme
    side = int(rng.choice([10, 12, 14, 16, 20, 24, 32, 48]))
    named = side >= 16 and rng.random() < 0.5
    style = random_style(scene, 6, 9, foreign=False).tinted(scheme.ink)
    gap = round(side * rng.uniform(0.3, 0.8)) + (round(style.size * 2) if named else 0)
    tiled, many_colours = rng.random() < 0.35, rng.random() < 0.4
    radius = side * rng.choice([0.0, 0.25, 0.65])
    for top in range(round(box.top), round(box.bottom - side), side + gap):
        for left in range(round(box.left), round(box.right - side), side + gap):
            tile = Box(left, top, side, side)
            colour = scheme.accent(rng) if many_colours else scheme.ink
            if tiled:
                scene.rect(tile.inset(-side * 0.15), fill(colour), radius)
                colour = readable_on(colour)
            draw_icon(scene, tile.inset(side * 0.1) if tiled else tile, colour)
            if named:
                set_line(scene, style, label(rng), left + side / 2, top + side * 1.15 + style.size, 0.5)
