"""Line art: strokes, hatching, polygons, mazes, circuits and outlined flat fills as in comics."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import skia

from .colours import coloured
from .icons import shape
from .scene import Box, Points, Scene, fill, stroke
from .text import random_lines, random_style, set_line, set_middle, width_of


def points_in(
    rng: np.random.Generator, box: Box, count: int, beyond: float = 0.2
) -> list[tuple[float, float]]:
    """Return random points in a box or, by a share of its size, beyond."""
    places = rng.uniform(-beyond, 1 + beyond, size=(count, 2))
    return [(box.left + float(x) * box.width, box.top + float(y) * box.height) for x, y in places]


def smooth(points: Points, *, closed: bool = False) -> skia.Path:
    """Return a smooth curve near points: quadratic Beziers between the middles of its sides."""
    path = skia.Path()
    ring = [*points, points[0], points[1]] if closed else list(points)
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairwise(ring)]
    path.moveTo(*middles[0])
    for corner, middle in zip(ring[1:], middles[1:], strict=False):
        path.quadTo(*corner, *middle)
    if closed:
        path.close()
    return path


def blob(rng: np.random.Generator, centre: tuple[float, float], radius: float, corners: int = 8) -> skia.Path:
    """Return a smooth closed outline about a point."""
    angles = np.arange(corners) * 2 * np.pi / corners + rng.uniform(0, 2 * np.pi)
    radii = radius * rng.uniform(0.6, 1.3, size=corners)
    corners_at = zip(centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles), strict=True)
    return smooth([(float(x), float(y)) for x, y in corners_at], closed=True)


def strokes(scene: Scene, box: Box) -> None:
    """Draw Bezier strokes of varied width, some that swell as of a pen."""
    rng = scene.rng
    for _ in range(rng.integers(5, 25)):
        points = points_in(rng, box, int(rng.integers(3, 7)))
        colour = scene.scheme.ink if rng.random() < 0.7 else scene.scheme.accent(rng)
        if rng.random() < 0.3:
            reach = rng.uniform(1, 5)
            back = [(x + reach * rng.random(), y + reach * rng.random()) for x, y in points[-2:0:-1]]
            scene.path(smooth([*points, *back], closed=True), fill(colour))
        else:
            scene.path(smooth(points), stroke(colour, float(rng.exponential(1.2) + 0.3), round_ends=True))


def hatching(scene: Scene, box: Box) -> None:
    """Fill outlines with hatching, parallel or crossed."""
    rng, ink = scene.rng, scene.scheme.ink
    for _ in range(rng.integers(2, 5)):
        (centre,) = points_in(rng, box, 1, 0)
        radius = rng.uniform(0.15, 0.5) * box.width
        outline = blob(rng, centre, radius)
        width, gap = rng.uniform(0.3, 1.2), rng.uniform(1.8, 6)
        first = rng.uniform(0, np.pi)
        path = skia.Path()
        for angle in (first, first + rng.uniform(0.5, 1.5))[: rng.integers(1, 3)]:
            dx, dy, reach = np.cos(angle), np.sin(angle), radius * 1.4
            for shift in np.arange(-reach, reach, gap):
                x, y = centre[0] - dy * shift, centre[1] + dx * shift
                path.moveTo(x - dx * reach, y - dy * reach)
                path.lineTo(x + dx * reach, y + dy * reach)
        scene.clipped_path(outline, path, stroke(ink, float(width)))
        scene.path(outline, stroke(ink, float(rng.uniform(0.5, 2.5))))


def polygons(scene: Scene, box: Box) -> None:
    """Draw figures with outlines, fills or both."""
    rng = scene.rng
    for _ in range(rng.integers(5, 20)):
        (x, y) = points_in(rng, box, 1)[0]
        side = rng.uniform(6, 60)
        path = shape(rng, Box(x - side / 2, y - side / 2, side, side))
        if rng.random() < 0.5:
            scene.path(path, fill(scene.scheme.accent(rng)))
        scene.path(path, stroke(scene.scheme.ink, float(rng.uniform(0.4, 3))))


def maze(scene: Scene, box: Box) -> None:
    """Draw the walls of a maze-like grid, or the diagonals of a random tiling."""
    rng = scene.rng
    cell = int(rng.integers(4, 14))
    diagonal = rng.random() < 0.3
    path = skia.Path()
    for top in range(round(box.top), round(box.bottom), cell):
        for left in range(round(box.left), round(box.right), cell):
            right_up = rng.random() < 0.5
            path.moveTo(left, top + cell if diagonal and right_up else top)
            if diagonal:
                path.lineTo(left + cell, top if right_up else top + cell)
            else:
                path.lineTo(left + cell * right_up, top + cell * (not right_up))
    scene.path(path, stroke(scene.scheme.ink, float(rng.choice([1, 1, 2, 3, rng.uniform(0.5, 2)]))))


def circuit(scene: Scene, box: Box) -> None:
    """Draw wires that turn at right or half-right angles between soldering points and parts with names."""
    rng, scheme = scene.rng, scene.scheme
    pitch = int(rng.integers(5, 10))
    width = float(rng.choice([1, 1, 1.5, 2]))
    for _ in range(rng.integers(8, 30)):
        x = round(box.left) + pitch * int(rng.integers(box.width / pitch + 1))
        y = round(box.top) + pitch * int(rng.integers(box.height / pitch + 1))
        wire = [(x, y)]
        for _ in range(rng.integers(1, 5)):
            dx, dy = rng.integers(-1, 2, size=2) * pitch * rng.integers(1, 5)
            x, y = x + int(dx), y + int(dy)
            wire.append((x, y))
        scene.lines(wire, stroke(scheme.ink, width))
        for end in (wire[0], wire[-1]):
            dot = Box(end[0] - 2, end[1] - 2, 4, 4)
            scene.oval(dot, fill(scheme.ink if rng.random() < 0.5 else scheme.paper))
            scene.oval(dot, stroke(scheme.ink, 1))
    for _ in range(rng.integers(1, 5)):
        (x, y) = points_in(rng, box, 1, 0)[0]
        style = random_style(scene, 6, 10, foreign=False).tinted(scheme.ink)
        name = f"{'RCLUQ'[rng.integers(5)]}{rng.integers(1, 99)}"
        width = round(width_of(scene, style, name) + rng.uniform(4, 15))
        part = Box(round(x), round(y), width, round(style.size * rng.uniform(1.4, 3)))
        scene.rect(part, fill(scheme.paper))
        scene.frame(part, scheme.ink)
        set_middle(scene, style, name, *part.centre, 0.5)


def rays(scene: Scene, box: Box) -> None:
    """Draw rays from a point or rings about it: lines at all angles, coming ever closer."""
    rng, ink = scene.rng, scene.scheme.ink
    (x, y) = points_in(rng, box, 1)[0]
    path = skia.Path()
    if rng.random() < 0.5:
        for angle in np.linspace(0, 2 * np.pi, rng.integers(24, 120), endpoint=False):
            inner = rng.uniform(5, 20)
            path.moveTo(x + inner * np.cos(angle), y + inner * np.sin(angle))
            path.lineTo(x + 300 * np.cos(angle), y + 300 * np.sin(angle))
    else:
        for radius in np.arange(2, 180, rng.uniform(2.5, 8)):
            path.addCircle(x, y, radius)
    scene.path(path, stroke(ink, float(rng.uniform(0.4, 1.5))))


KINDS: tuple[Callable[[Scene, Box], None], ...] = (strokes, strokes, hatching, polygons, maze, circuit, rays)


def draw_line_art(scene: Scene, box: Box) -> None:
    """Fill a box with line art of one kind."""
    KINDS[scene.rng.integers(len(KINDS))](scene, box)


def draw_comic(scene: Scene, box: Box) -> None:
    """Fill a box with flat shapes in bold outlines and a speech balloon."""
    rng, ink = scene.rng, scene.scheme.ink
    width = float(rng.uniform(0.7, 2.5))
    with scene.clipped(box):
        scene.rect(box, fill(coloured(rng, (0.6, 0.95), (0.2, 0.9))))
        for _ in range(rng.integers(4, 12)):
            (centre,) = points_in(rng, box, 1, 0.1)
            outline = blob(rng, centre, rng.uniform(6, 40), int(rng.integers(4, 12)))
            scene.path(outline, fill(coloured(rng, (0.2, 0.95), (0.1, 1))))
            scene.path(outline, stroke(ink, width, round_ends=True))
        for _ in range(rng.integers(0, 8)):
            scene.path(smooth(points_in(rng, box, 4)), stroke(ink, width, round_ends=True))
        if rng.random() < 0.7:
            balloon(
                scene,
                Box(box.left + 4, box.top + 4, box.width * rng.uniform(0.5, 0.9), box.height * 0.35),
                width,
            )
    if rng.random() < 0.6:
        scene.frame(box, ink, round(width) + 1)


def balloon(scene: Scene, box: Box, width: float) -> None:
    """Draw a speech balloon with a tail and text in capitals."""
    style = random_style(scene, 6, 12).tinted((0, 0, 0))
    x, y = box.centre
    tail = skia.Path()
    tail.moveTo(x - 4, box.bottom - 4)
    tail.lineTo(x - 10, box.bottom + 12)
    tail.lineTo(x + 5, box.bottom - 3)
    body = skia.Path.RRect(box.rect(), 9, 9)
    outline = skia.Op(body, tail, skia.PathOp.kUnion_PathOp)
    scene.path(outline, fill((255, 255, 255)))
    scene.path(outline, stroke((0, 0, 0), width))
    rows = max(int((box.height - 6) / style.leading), 1)
    lines = random_lines(scene, style, box.width - 10)
    first = y - (rows - 1) / 2 * style.leading + style.size * 0.35
    for row, text in zip(range(rows), lines, strict=False):
        set_line(scene, style, text.upper(), x, first + row * style.leading, 0.5)
