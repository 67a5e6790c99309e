"""The controls of a screen: buttons, fields, things to tick, sliders, in one look."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .backgrounds import gradient_paint
from .colours import Colour, mix, readable_on
from .scene import Box, Scene, fill, stroke
from .text import Style, cut, random_style, set_middle, width_of
from .words import address, label, number, phrase


@dataclass(frozen=True)
class Look:
    """What the controls of one program have in common."""

    style: Style
    row: int
    radius: float
    border: Colour
    highlight: Colour
    raised: bool

    @property
    def text(self) -> float:
        """Return the size of its letters."""
        return self.style.size


def random_look(scene: Scene) -> Look:
    """Return a look in the scene's colours."""
    rng = scene.rng
    style = replace(random_style(scene, 6, 16, monospaced=False), spacing=0).tinted(scene.scheme.ink)
    return Look(
        style=style,
        row=round(style.size * rng.uniform(1.5, 2.2)),
        radius=float(rng.choice([0, 0, 2, 3, 6])),
        border=scene.scheme.shade(rng.uniform(0.15, 0.7)),
        highlight=scene.scheme.accent(rng),
        raised=rng.random() < 0.25,
    )


def button(scene: Scene, look: Look, left: float, top: float, text: str, *, chosen: bool = False) -> float:
    """Draw a button of one row's height and return its width."""
    width = round(width_of(scene, look.style, text) + 1.6 * look.text)
    box = Box(round(left), round(top), width, look.row)
    paper = look.highlight if chosen else scene.scheme.shade(0.1)
    if look.raised:
        light, dark = mix(paper, (255, 255, 255), 0.5), mix(paper, (0, 0, 0), 0.15)
        scene.rect(box, gradient_paint(box, (light, dark), 1.5708), look.radius)
    else:
        scene.rect(box, fill(paper), look.radius)
    if scene.rng.random() < 0.7:
        scene.frame(box, look.border, 1, look.radius)
    set_middle(scene, look.style.tinted(readable_on(paper)), text, *box.centre, 0.5)
    return width


def buttons(scene: Scene, look: Look, box: Box) -> None:
    """Draw a row of buttons, the first of them chosen."""
    left, chosen = box.left, True
    while left < box.right - 2 * look.text:
        left += button(scene, look, left, box.top, label(scene.rng, look.style.script), chosen=chosen)
        left += round(look.text * 0.6)
        chosen = False


def field(scene: Scene, look: Look, box: Box) -> None:
    """Draw a field with something typed in, a faint hint, or a list's arrow."""
    rng = scene.rng
    scene.rect(box, fill(mix(scene.scheme.paper, readable_on(scene.scheme.ink), 0.6)), look.radius)
    scene.frame(box, look.highlight if rng.random() < 0.15 else look.border, 1, look.radius)
    style = look.style if rng.random() < 0.7 else look.style.tinted(scene.scheme.shade(0.5))
    text = (address, number, lambda r: phrase(r, 2, look.style.script))[rng.integers(3)](rng)
    arrow = rng.random() < 0.3
    text = cut(scene, style, text, box.width - 6 - (look.row if arrow else 0))
    _, middle = box.centre
    width = set_middle(scene, style, text, box.left + 4, middle)
    if arrow:
        x, reach = box.right - look.row / 2, look.text * 0.25
        points = [(x - reach, middle - reach / 2), (x, middle + reach / 2), (x + reach, middle - reach / 2)]
        scene.lines(points, stroke(scene.scheme.ink, 1))
    elif rng.random() < 0.2:
        scene.rect(Box(round(box.left + 5 + width), box.top + 3, 1, box.height - 6), fill(scene.scheme.ink))


def tick_box(scene: Scene, look: Look, left: float, top: float) -> None:
    """Draw a check box, radio button or switch with its name."""
    rng, ink = scene.rng, scene.scheme.ink
    side = max(round(look.text), 7)
    box = Box(round(left), round(top + (look.row - side) / 2), side, side)
    kind, on = rng.integers(3), rng.random() < 0.5
    colour = look.highlight if on else look.border
    if kind == 0:
        scene.rect(box, fill(colour) if on else stroke(colour, 1), min(look.radius, 2))
        if on:
            points = [(0.2, 0.5), (0.42, 0.75), (0.82, 0.28)]
            mark = [(box.left + x * side, box.top + y * side) for x, y in points]
            scene.lines(mark, stroke(readable_on(colour), max(1, side / 8)))
    elif kind == 1:
        scene.oval(box.inset(0.5), stroke(colour, 1))
        if on:
            scene.oval(box.inset(side * 0.28), fill(colour))
    else:
        box = replace(box, width=round(side * 1.7))
        scene.rect(box, fill(colour), side / 2)
        knob = Box(box.right - side if on else box.left, box.top, side, side)
        scene.oval(knob.inset(1), fill(readable_on(colour)))
    text = phrase(rng, int(rng.integers(1, 4)), look.style.script)
    set_middle(scene, look.style.tinted(ink), text, box.right + look.text * 0.5, top + look.row / 2)


def slider(scene: Scene, look: Look, box: Box) -> None:
    """Draw a slider or a bar of progress with its percentage."""
    rng = scene.rng
    share = rng.random()
    middle = round(box.centre[1])
    width = round(box.width - 3 * look.text)
    thick = int(rng.integers(2, 7))
    scene.rect(Box(box.left, middle - thick // 2, width, thick), fill(scene.scheme.shade(0.2)), thick / 2)
    scene.rect(
        Box(box.left, middle - thick // 2, round(width * share), thick), fill(look.highlight), thick / 2
    )
    if rng.random() < 0.5:
        reach = max(3, thick)
        scene.oval(
            Box(box.left + round(width * share) - reach, middle - reach, 2 * reach, 2 * reach),
            fill(look.highlight),
        )
    set_middle(scene, look.style, f"{share:.0%}", box.right, middle, 1)
