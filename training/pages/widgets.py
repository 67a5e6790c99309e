"""Screens: windows, menus, forms, dialogs and tabs, on whole pixels as screens draw them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .colours import mix, readable_on
from .controls import Look, buttons, field, random_look, slider, tick_box
from .icons import draw_icon
from .scene import Box, Scene, fill, stroke
from .text import cut, random_lines, set_line, set_middle, width_of
from .words import label, phrase


def title_bar(scene: Scene, look: Look, box: Box) -> None:
    """Draw the upper bar of a window: its name, and the knobs to close it."""
    rng = scene.rng
    paper = look.highlight if rng.random() < 0.5 else scene.scheme.shade(0.15)
    ink = readable_on(paper)
    scene.rect(box, fill(paper))
    style = look.style.bold(scene).tinted(ink)
    _, middle = box.centre
    set_middle(
        scene,
        style,
        cut(scene, style, phrase(rng, 2, style.script), box.width - 3 * look.row),
        box.left + 4,
        middle,
    )
    side = max(round(look.row * 0.4), 5)
    left, top = round(box.right - side - 4), round(middle - side / 2)
    cross = [((left, top), (left + side, top + side)), ((left, top + side), (left + side, top))]
    for ends in cross:
        scene.lines(ends, stroke(ink, 1))
    scene.frame(Box(left - 2 * side, top, side, side), ink)
    scene.rect(Box(left - 4 * side, top + side - 1, side, 1), fill(ink))


def menu(scene: Scene, look: Look, box: Box) -> None:
    """Draw a menu or a list: icons, names, shortcuts, one row chosen, lines between groups."""
    rng = scene.rng
    scene.rect(box, fill(scene.scheme.shade(0.03)), look.radius)
    with_icons, with_keys = rng.random() < 0.5, rng.random() < 0.5
    rows = max(int(box.height / look.row), 1)
    chosen = rng.integers(rows)
    for row in range(rows):
        place = Box(box.left, box.top + row * look.row, box.width, look.row)
        ink = scene.scheme.ink
        if row == chosen:
            scene.rect(place, fill(look.highlight))
            ink = readable_on(look.highlight)
        elif rng.random() < 0.15:
            scene.rect(
                Box(place.left + 2, place.bottom - 1, place.width - 4, 1), fill(scene.scheme.shade(0.25))
            )
        style = look.style.tinted(ink if rng.random() < 0.85 else mix(ink, scene.scheme.paper, 0.5))
        left, (_, middle) = place.left + 4, place.centre
        if with_icons:
            side = round(look.text)
            draw_icon(scene, Box(left, round(middle - side / 2), side, side), ink)
            left += round(look.text * 1.6)
        set_middle(scene, style, label(rng, look.style.script), left, middle)
        if with_keys and rng.random() < 0.6:
            keys = f"{('Ctrl', 'Alt', 'Shift')[rng.integers(3)]}+{chr(65 + rng.integers(26))}"
            set_middle(scene, style, keys, place.right - 4, middle, 1)
    scene.frame(box, look.border, 1, look.radius)


def form(scene: Scene, look: Look, box: Box) -> None:
    """Draw names with fields beside or above them, then boxes to tick, sliders and buttons."""
    rng = scene.rng
    beside = rng.random() < 0.5
    step = look.row + round(look.text * 0.5)
    indent = round(box.width * 0.35) if beside else 0
    top = box.top
    while top < box.bottom:
        place = Box(box.left, round(top), box.width, look.row)
        kind = rng.random()
        if kind < 0.5:
            name = label(rng, look.style.script) + ":"
            if beside:
                name = cut(scene, look.style, name, indent - 3)
                set_middle(scene, look.style, name, place.left, place.centre[1])
            else:
                set_line(scene, look.style, name, place.left, place.top + look.text)
                top += round(look.text * 1.5)
            field(scene, look, Box(place.left + indent, round(top), box.width - indent, look.row))
        elif kind < 0.75:
            tick_box(scene, look, place.left + indent, top)
        elif kind < 0.85:
            slider(scene, look, place)
        else:
            buttons(scene, look, place)
        top += step


def dialog(scene: Scene, look: Look, box: Box) -> None:
    """Draw an icon, a message beside it and buttons below."""
    side = round(look.text * 2.5)
    draw_icon(scene, Box(box.left, box.top, side, side), look.highlight)
    left, y = box.left + side + look.text, box.top + look.text
    for text in random_lines(scene, look.style, box.right - left):
        if y > box.bottom - look.row:
            break
        set_line(scene, look.style, text, left, y)
        y += look.style.leading
    bottom = max(box.bottom - look.row, box.top + side + 3)
    buttons(scene, look, Box(box.left, bottom, box.width, look.row))


def tabs(scene: Scene, look: Look, box: Box) -> None:
    """Draw the tabs of a program, one of them open."""
    left, chosen = box.left, scene.rng.integers(3)
    for tab in range(12):
        text = label(scene.rng, look.style.script)
        width = round(width_of(scene, look.style, text) + 1.4 * look.text)
        place = Box(round(left), box.top, width, look.row)
        scene.rect(place, fill(scene.scheme.shade(0 if tab == chosen else 0.14)))
        scene.frame(place, look.border)
        if tab == chosen:
            scene.rect(Box(place.left, place.top, width, 2), fill(look.highlight))
        set_middle(scene, look.style, text, *place.centre, 0.5)
        left += width
        if left > box.right:
            return


CONTENTS: tuple[Callable[[Scene, Look, Box], None], ...] = (form, form, dialog, menu)


def draw_window(scene: Scene, box: Box) -> None:
    """Fill a box with a window: bar, maybe tabs or a row of buttons, and a form, dialog or menu."""
    rng, look = scene.rng, random_look(scene)
    scene.rect(box, fill(scene.scheme.paper))
    with scene.clipped(box):
        top = box.top
        if rng.random() < 0.75:
            title_bar(scene, look, Box(box.left, top, box.width, look.row))
            top += look.row
        if rng.random() < 0.4:
            (tabs if rng.random() < 0.5 else buttons)(
                scene, look, Box(box.left, top + 2, box.width, look.row)
            )
            top += look.row + 3
        inner = Box(box.left + 5, top + 5, box.width - 10, box.bottom - top - 10)
        CONTENTS[rng.integers(len(CONTENTS))](scene, look, inner)
    scene.frame(box, look.border)


def draw_controls(scene: Scene, box: Box) -> None:
    """Fill a box with loose controls: rows of buttons, menus, fields, things to tick."""
    rng, look = scene.rng, random_look(scene)
    top = round(box.top)
    while top < box.bottom:
        place = Box(round(box.left), top, round(box.width), look.row)
        kind = rng.integers(5)
        if kind == 0:
            buttons(scene, look, place)
        elif kind == 1:
            field(scene, look, place)
        elif kind == 2:
            tabs(scene, look, place)
        elif kind == 3:
            tick_box(scene, look, place.left, top)
        else:
            rows = int(rng.integers(2, 6))
            menu(scene, look, replace(place, height=rows * look.row))
            top += (rows - 1) * look.row
        top += look.row + round(look.text * rng.uniform(0.3, 1))
