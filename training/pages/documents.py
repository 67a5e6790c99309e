"""Documents: paragraphs with headings, lists, scattered lines, program code."""

from __future__ import annotations

from dataclasses import replace

from .colours import readable_on
from .fonts import Face
from .scene import Box, Scene, fill, stroke
from .text import Style, random_lines, random_size, random_style, set_line, width_of
from .words import WORDS, code_line, label, number, phrase, pick


def underline(scene: Scene, style: Style, x: float, y: float, width: float) -> None:
    """Draw a line of one pixel under text, as a link has it."""
    scene.rect(Box(round(x), round(y) + 1, round(width), 1), fill(style.colour))


def paragraph(scene: Scene, style: Style, box: Box, count: int) -> float:
    """Set up to `count` lines from the top of the box and return where they end."""
    rng = scene.rng
    alignment = 0.5 if rng.random() < 0.1 else 0
    justified = rng.random() < 0.15
    emphasis = style.bold(scene) if rng.random() < 0.2 else style
    leading = round(style.size * rng.uniform(1.15, 1.6))
    y = box.top + style.size
    for _, text in zip(range(count), random_lines(scene, style, box.width), strict=False):
        if y > box.bottom + style.size:
            break
        x = box.left + alignment * box.width
        if justified and text.count(" ") > 2:
            words = text.split(" ")
            gap = (box.width - sum(width_of(scene, style, w) for w in words)) / (len(words) - 1)
            for word in words:
                x += set_line(scene, style, word, x, y) + gap
        else:
            chosen = emphasis if rng.random() < 0.3 else style
            width = set_line(scene, chosen, text, x, y, alignment)
            if alignment == 0 and rng.random() < 0.03:
                underline(scene, style, x, y, width)
        y += leading
    return y - leading + style.size * 0.4


def draw_document(scene: Scene, box: Box) -> None:
    """Fill a box with headings and paragraphs, in one column or two."""
    rng = scene.rng
    if box.width > 90 and rng.random() < 0.15:
        half = (box.width - 8) / 2
        for left in (box.left, box.left + half + 8):
            column = Box(left, box.top, half, box.height)
            with scene.clipped(column):
                draw_column(scene, column)
    else:
        draw_column(scene, box)


def draw_column(scene: Scene, box: Box) -> None:
    """Fill a box with headings, paragraphs and lists, all in one family."""
    rng = scene.rng
    body = random_style(scene, largest=24)
    heading = random_style(scene, body.size, 40) if rng.random() < 0.4 else body.bold(scene)
    heading = replace(heading, size=body.size, spacing=0).sized(rng.uniform(1, 2))
    y = box.top
    while y < box.bottom:
        chance = rng.random()
        rest = Box(box.left, y, box.width, box.bottom - y)
        if chance < 0.25:
            y = paragraph(scene, heading, rest, 1 + (rng.random() < 0.2))
        elif chance < 0.35:
            y = bullet_list(scene, body, rest)
        else:
            y = paragraph(scene, body, rest, int(rng.integers(2, 9)))
        y += round(body.size * rng.uniform(0.2, 0.9))


def draw_small_print(scene: Scene, box: Box) -> None:
    """Fill a box with paragraphs in one style of 5.5 to 10 pixels, smaller ones more often; mostly Latin."""
    rng = scene.rng
    size = 5.5 * 1.8 ** rng.random()
    style = random_style(scene, foreign=rng.random() < 0.4)
    style = replace(style, size=round(size) if rng.random() < 0.6 else size, spacing=0)
    y = box.top
    while y < box.bottom:
        rest = Box(box.left, y, box.width, box.bottom - y)
        y = paragraph(scene, style, rest, int(rng.integers(2, 9))) + round(style.size * 0.7)


def bullet_list(scene: Scene, style: Style, box: Box) -> float:
    """Set a list with dots or numbers and return where it ends."""
    rng = scene.rng
    numbered = rng.random() < 0.4
    indent = round(style.size * 1.5)
    y = box.top
    for item in range(1, int(rng.integers(3, 6))):
        baseline = y + style.size
        if numbered:
            set_line(scene, style, f"{item}.", box.left, baseline)
        else:
            side = max(round(style.size * 0.25), 2)
            dot = Box(box.left + 2, round(baseline - style.size * 0.35 - side / 2), side, side)
            scene.oval(dot, fill(style.colour))
        text = phrase(rng, int(rng.integers(2, 8)), style.script)
        set_line(scene, style, text, box.left + indent, baseline)
        y += style.leading
    return y


def draw_lines(scene: Scene, box: Box) -> None:
    """Fill a box with lines that each have their own size, colour and font, as on signs and covers."""
    rng = scene.rng
    anchor = (0.0, 0.5, 1.0)[rng.choice(3, p=[0.5, 0.4, 0.1])]
    faces: list[Face] = [random_style(scene, foreign=False).face for _ in range(2)]
    y = box.top
    while y < box.bottom:
        style = random_style(scene)
        if rng.random() < 0.6 and style.script == "latin":
            style = replace(style, face=faces[rng.integers(2)])
        if rng.random() < 0.35:
            style = style.tinted(scene.scheme.accent(rng))
        text = next(random_lines(scene, style, box.width))
        text = text.upper() if rng.random() < 0.2 else text
        if rng.random() < 0.15:
            text = number(rng)
        y += style.size
        x = box.left + anchor * box.width
        if rng.random() < 0.1:
            bar = Box(box.left, round(y - style.size), box.width, round(style.size * 1.3))
            paper = scene.scheme.accent(rng)
            scene.rect(bar, fill(paper), radius=int(rng.integers(3)))
            style = style.tinted(readable_on(paper))
        set_line(scene, style, text, x, y, anchor)
        y += round(style.size * rng.uniform(0.25, 0.9))


def draw_listing(scene: Scene, box: Box) -> None:
    """Fill a box with lines of a program or a terminal, coloured by word, with or without line numbers."""
    rng = scene.rng
    style = replace(random_style(scene, largest=16, monospaced=True, foreign=False), spacing=0)
    style = style.tinted(scene.scheme.ink)
    colours = (scene.scheme.ink, scene.scheme.ink, *scene.scheme.accents)
    coloured = rng.random() < 0.7
    first = int(rng.integers(1, 900)) if rng.random() < 0.5 else 0
    space = width_of(scene, style, "0")
    left = box.left + (5 * space if first else 0)
    if first:
        faint = style.tinted(scene.scheme.shade(0.5))
        edge = round(left - space * 0.5)
        scene.lines([(edge + 0.5, box.top), (edge + 0.5, box.bottom)], stroke(scene.scheme.shade(0.2), 1))
    leading = round(style.size * rng.uniform(1.1, 1.5))
    depth = 0
    for row in range(int(box.height / leading) + 1):
        y = box.top + style.size + row * leading
        if first:
            set_line(scene, faint, str(first + row), left - space, y, 1)
        if rng.random() < 0.1:
            continue
        depth = max(0, min(3, depth + int(rng.integers(-1, 2))))
        x = left + 2 * depth * space
        for word in code_line(rng).split(" "):
            colour = pick(rng, colours) if coloured else style.colour
            x += set_line(scene, style.tinted(colour), word, x, y) + space


def draw_cover(scene: Scene, box: Box) -> None:
    """Fill a box with a large heading, a line below it and small print, as a slide or a cover has it."""
    rng = scene.rng
    title = replace(random_style(scene, foreign=False), size=random_size(rng, 16, 40)).bold(scene)
    small = random_style(scene, 6, 12)
    y = paragraph(scene, title, box, int(rng.integers(1, 3)))
    if rng.random() < 0.5:
        y += 3
        scene.rect(
            Box(box.left, round(y), round(box.width * rng.uniform(0.2, 1)), int(rng.integers(1, 4))),
            fill(scene.scheme.accent(rng)),
        )
    y = paragraph(scene, small, Box(box.left, y + 5, box.width, box.bottom - y), int(rng.integers(1, 6)))
    if box.bottom - y > 3 * small.size:
        set_line(
            scene, small, f"{label(rng)} {pick(rng, WORDS['latin'])} {number(rng)}", box.left, box.bottom - 2
        )
