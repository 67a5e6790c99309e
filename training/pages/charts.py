"""Charts: bars, lines, points, areas and pies, with axes and labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import skia

from .colours import Colour
from .scene import Box, Scene, fill, stroke
from .text import Style, random_style, set_line, set_middle, width_of
from .words import label, phrase


def steps(rng: np.random.Generator, room: float) -> int:
    """Return how many steps an axis takes: 2 to 6, at most the `room` for figures, at least 1."""
    return max(min(int(rng.integers(2, 7)), int(room)), 1)


def axes(scene: Scene, style: Style, plot: Box) -> None:
    """Draw axes with ticks, figures and perhaps a grid around the plot."""
    rng, ink = scene.rng, scene.scheme.ink
    grid = rng.random() < 0.5
    faint = fill(scene.scheme.shade(0.18))
    unit = float(rng.choice([0.1, 0.5, 1, 5, 10, 25, 100, 1000]))
    first = int(rng.choice([0, 1, 10, 1990, 2015]))
    rows = steps(rng, plot.height / (1.3 * style.size))
    for step in range(rows + 1):
        y = round(plot.bottom - plot.height * step / rows)
        if grid:
            scene.rect(Box(plot.left, y, plot.width, 1), faint)
        scene.rect(Box(plot.left - 3, y, 3, 1), fill(ink))
        set_middle(scene, style, f"{step * unit:g}", plot.left - 4, y + 0.5, 1)
    columns = steps(rng, plot.width / (1.3 * width_of(scene, style, f"{first + 9}")))
    for step in range(columns + 1):
        x = round(plot.left + plot.width * step / columns)
        scene.rect(Box(x, plot.bottom, 1, 3), fill(ink))
        set_line(scene, style, f"{first + step}", x, plot.bottom + 4 + style.size, 0.5)
    scene.rect(Box(plot.left, plot.top, 1, plot.height), fill(ink))
    scene.rect(Box(plot.left, plot.bottom, plot.width, 1), fill(ink))


def series(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return a random walk of `count` values, 0..1."""
    walk = np.cumsum(rng.normal(size=count)) + rng.normal() * np.arange(count) * 0.3
    return (walk - walk.min()) / max(np.ptp(walk), 1e-6)


def bars(scene: Scene, plot: Box, colours: list[Colour]) -> None:
    """Draw bars, in groups of one to three."""
    rng = scene.rng
    groups, members = int(rng.integers(3, 9)), int(rng.integers(1, 4))
    pitch = plot.width / groups
    width = max(round(pitch * 0.75 / members), 1)
    outlined = rng.random() < 0.3
    for group in range(groups):
        for member in range(members):
            height = round(plot.height * rng.uniform(0.05, 0.98))
            left = round(plot.left + pitch * (group + 0.12)) + member * width
            bar = Box(left, plot.bottom - height, width, height)
            scene.rect(bar, fill(colours[member]))
            if outlined:
                scene.frame(bar, scene.scheme.ink)


def curves(scene: Scene, plot: Box, colours: list[Colour]) -> None:
    """Draw one to three lines, with marks, filled below, or dashed."""
    rng = scene.rng
    count = int(rng.integers(4, 40))
    xs = np.linspace(plot.left, plot.right, count)
    for colour in colours[: rng.integers(1, 4)]:
        ys = plot.bottom - series(rng, count) * plot.height * rng.uniform(0.4, 1)
        points = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        if rng.random() < 0.2:
            corners = [(plot.left, plot.bottom), *points, (plot.right, plot.bottom)]
            scene.lines(corners, fill(colour, 0.4), closed=True)
        paint = stroke(colour, float(rng.uniform(0.6, 2.5)), round_ends=True)
        if rng.random() < 0.2:
            paint.setPathEffect(skia.DashPathEffect.Make([4, 3], 0))
        scene.lines(points, paint)
        if count < 15 and rng.random() < 0.6:
            for x, y in points:
                scene.oval(Box(x - 2, y - 2, 4, 4), fill(colour))


def points(scene: Scene, plot: Box, colours: list[Colour]) -> None:
    """Draw a cloud of points."""
    rng = scene.rng
    reach = rng.uniform(0.8, 2.5)
    for colour in colours[: rng.integers(1, 4)]:
        centre, spread = rng.uniform(0.3, 0.7, size=2), rng.uniform(0.05, 0.25)
        for x, y in np.clip(rng.normal(centre, spread, size=(rng.integers(8, 50), 2)), 0, 1):
            place = Box(
                plot.left + x * plot.width - reach,
                plot.bottom - y * plot.height - reach,
                2 * reach,
                2 * reach,
            )
            scene.oval(place, fill(colour))


def draw_pie(scene: Scene, box: Box) -> None:
    """Draw a pie or ring in a box, with a legend below or beside it."""
    rng, scheme = scene.rng, scene.scheme
    style = random_style(scene, 6, 10).tinted(scheme.ink)
    side = min(box.width, box.height) * 0.7
    pie = Box(box.left, box.top, side, side)
    shares = rng.dirichlet(np.full(rng.integers(3, 7), 2.0))
    colours = [scheme.accents[i % 4] if i < 4 else scheme.shade(0.2 * (i - 3)) for i in range(len(shares))]
    start = rng.uniform(0, 360)
    for share, colour in zip(shares, colours, strict=True):
        wedge = skia.Path()
        wedge.moveTo(*pie.centre)
        wedge.arcTo(pie.rect(), start, share * 360, False)
        wedge.close()
        scene.path(wedge, fill(colour))
        scene.path(wedge, stroke(scheme.paper, 1))
        start += share * 360
    if rng.random() < 0.3:
        scene.oval(pie.inset(side * 0.28), fill(scheme.paper))
    beside = box.width - side > 40
    left = round(pie.right + 4 if beside else box.left)
    top = round(box.top if beside else pie.bottom + 3)
    square = round(style.size * 0.8)
    for row, (share, colour) in enumerate(zip(shares, colours, strict=True)):
        y = top + row * style.leading
        scene.rect(Box(left, y, square, square), fill(colour))
        set_line(scene, style, f"{label(rng, style.script)} {share:.0%}", left + square + 3, y + square)


PLOTS: tuple[Callable[[Scene, Box, list[Colour]], None], ...] = (bars, bars, curves, curves, points)


def draw_chart(scene: Scene, box: Box) -> None:
    """Fill a box with a chart, mostly with a heading."""
    rng = scene.rng
    style = replace(random_style(scene, 6, 11), spacing=0).tinted(scene.scheme.ink)
    top = round(box.top)
    if rng.random() < 0.7:
        heading = style.bold(scene).sized(rng.uniform(1, 1.5))
        anchor, x = (0.5, box.centre[0]) if rng.random() < 0.6 else (0, box.left)
        set_line(
            scene, heading, phrase(rng, int(rng.integers(1, 4)), style.script), x, top + heading.size, anchor
        )
        top += round(heading.size * 1.5)
    if rng.random() < 0.2:
        draw_pie(scene, Box(box.left, top, box.width, box.bottom - top))
        return
    left, below = round(box.left + 3.2 * style.size), round(1.7 * style.size)
    plot = Box(left, top, round(box.right) - left - 2, max(round(box.bottom) - top - below, 10))
    axes(scene, style, plot)
    colours = [scene.scheme.accents[i] for i in rng.permutation(4)[:3]]
    PLOTS[rng.integers(len(PLOTS))](scene, plot, colours)
