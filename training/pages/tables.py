"""Tables and grids of numbers."""

from __future__ import annotations

from dataclasses import replace

from .colours import readable_on
from .scene import Box, Scene, fill
from .text import Style, cut, random_style, set_middle, width_of
from .words import label, number, word


def cell_text(scene: Scene, kind: int, script: str) -> str:
    """Return what stands in a cell of a column of the kind: 0 words, 1 labels, else numbers."""
    return (word(scene.rng, script), label(scene.rng))[kind] if kind < 2 else number(scene.rng)


def column_edges(scene: Scene, box: Box, least: float) -> list[int]:
    """Return the whole-pixel borders of columns at least so wide, from the left of the box on."""
    edges = [round(box.left)]
    while edges[-1] < box.right - least:
        edges.append(edges[-1] + round(least * scene.rng.uniform(1, 2.2)))
    return edges if len(edges) > 1 else [round(box.left), round(box.right)]


def draw_table(scene: Scene, box: Box) -> None:
    """Fill a box with a table: a heading, ruled or striped rows, words to the left, numbers to the right."""
    rng, scheme = scene.rng, scene.scheme
    style = replace(random_style(scene, largest=16), spacing=0)
    row = round(style.size * rng.uniform(1.3, 2))
    edges = column_edges(scene, box, style.size * 3.5)
    kinds = rng.choice(4, size=len(edges), p=[0.3, 0.2, 0.25, 0.25])
    striped, ruled, upright = rng.random() < 0.35, rng.random() < 0.6, rng.random() < 0.45
    rule = scheme.shade(rng.uniform(0.15, 1))
    heading_paper = scheme.accent(rng) if rng.random() < 0.4 else scheme.shade(rng.uniform(0, 0.25))
    heading = style.bold(scene).tinted(readable_on(heading_paper))
    width, top = edges[-1] - edges[0], round(box.top)
    rows = max(int(box.height / row), 1)
    for number_of_row in range(rows):
        y = top + number_of_row * row
        is_heading = number_of_row == 0
        if is_heading:
            scene.rect(Box(edges[0], y, width, row), fill(heading_paper))
        elif striped and number_of_row % 2:
            scene.rect(Box(edges[0], y, width, row), fill(scheme.shade(0.08)))
        if ruled:
            scene.rect(Box(edges[0], y + row - 1, width, 1), fill(rule))
        for left, right, kind in zip(edges, edges[1:], kinds, strict=False):
            text = label(rng) if is_heading else cell_text(scene, int(kind), style.script)
            set_cell(scene, heading if is_heading else style, text, (left, right), y + row / 2, int(kind) > 1)
    if upright:
        for edge in edges:
            scene.rect(Box(edge, top, 1, rows * row), fill(rule))


def set_cell(
    scene: Scene, style: Style, text: str, sides: tuple[int, int], y: float, to_the_right: bool
) -> None:
    """Set as much of the text as fits between the sides of a cell."""
    left, right = sides
    text = cut(scene, style, text, right - left - 4)
    set_middle(scene, style, text, right - 2 if to_the_right else left + 3, y, 1 if to_the_right else 0)


def draw_numbers(scene: Scene, box: Box) -> None:
    """Fill a box with a grid of numbers: digits, hexadecimal, a calendar, with or without lines."""
    rng, scheme = scene.rng, scene.scheme
    style = replace(random_style(scene, largest=20, foreign=False), spacing=0)
    digits = int(rng.integers(1, 5))
    hexadecimal = rng.random() < 0.2
    step_x = round(width_of(scene, style, "0" * digits) + rng.uniform(0.3, 1.5) * style.size)
    step_y = round(style.size * rng.uniform(1.1, 2))
    ruled = rng.random() < 0.4
    rule = fill(scheme.shade(rng.uniform(0.15, 0.8)))
    columns, rows = max(int(box.width / step_x), 1), max(int(box.height / step_y), 1)
    left, top = round(box.left), round(box.top)
    for row in range(rows):
        for column in range(columns):
            value = int(rng.integers(16**digits if hexadecimal else 10**digits))
            text = f"{value:0{digits}x}" if hexadecimal else str(value)
            cell = Box(left + column * step_x, top + row * step_y, step_x, step_y)
            chosen = style
            if rng.random() < 0.05:
                paper = scheme.accent(rng)
                scene.rect(cell, fill(paper))
                chosen = style.tinted(readable_on(paper))
            set_middle(scene, chosen, text, *cell.centre, 0.5)
    if ruled:
        for row in range(rows + 1):
            scene.rect(Box(left, top + row * step_y, columns * step_x + 1, 1), rule)
        for column in range(columns + 1):
            scene.rect(Box(left + column * step_x, top, 1, rows * step_y), rule)
