"""QR codes and barcodes, with what is written below them."""

from __future__ import annotations

from collections.abc import Sequence

import segno

from .colours import BLACK, WHITE, Colour
from .scene import Box, Scene, fill
from .text import random_style, set_line
from .words import address, phrase

# Code 128 (ISO/IEC 15417), set B: widths of bar, space, bar, space, bar, space of each symbol.
SYMBOLS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232"
).split()
START_B, STOP = 104, "2331112"


def code_128(text: str) -> list[int]:
    """Return the widths in modules of the bars and spaces, in turn, of printable ASCII text."""
    values = [START_B, *(ord(letter) - 32 for letter in text)]
    check = (START_B + sum(place * value for place, value in enumerate(values[1:], 1))) % 103
    return [int(width) for value in (*values, check) for width in SYMBOLS[value]] + [
        int(width) for width in STOP
    ]


def draw_modules(
    scene: Scene, rows: Sequence[Sequence[int]], left: int, top: int, side: float, ink: Colour
) -> None:
    """Draw the dark modules of a matrix, those side by side in one piece."""
    paint = fill(ink)
    for y, row in enumerate(rows):
        start = None
        for x, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                scene.rect(Box(left + start * side, top + y * side, (x - start) * side, side), paint)
                start = None


def code_colours(scene: Scene) -> tuple[Colour, Colour]:
    """Return paper and ink: black on white, or in one of three cases the scheme's if it is dark on light."""
    if scene.rng.random() < 0.33 and not scene.scheme.is_dark():
        return scene.scheme.paper, scene.scheme.ink
    return WHITE, BLACK


def draw_qr(scene: Scene, box: Box) -> None:
    """Draw a QR code as large as fits the box, its modules mostly whole LR pixels, with a line below."""
    rng = scene.rng
    matrix = segno.make(
        address(rng) + "x" * int(rng.integers(60)), error=str(rng.choice(["l", "m", "q"]))
    ).matrix
    paper, ink = code_colours(scene)
    count = len(matrix) + 4
    room = min(box.width, box.height - 12)
    side = room / count
    if side >= 1 and rng.random() < 0.6:
        side = max(int(side * rng.uniform(0.5, 1)), 1)
    whole = side * count
    left, top = round(box.left + rng.uniform(0, max(box.width - whole, 0))), round(box.top)
    scene.rect(Box(left, top, whole, whole), fill(paper))
    draw_modules(scene, matrix, round(left + 2 * side), round(top + 2 * side), side, ink)
    style = random_style(scene, 6, 12)
    set_line(scene, style, phrase(rng, 2, style.script), left + whole / 2, top + whole + style.size + 2, 0.5)


def draw_barcode(scene: Scene, box: Box) -> None:
    """Fill a box with barcodes (Code 128) one below the other, each with its digits."""
    rng = scene.rng
    paper, ink = code_colours(scene)
    top = round(box.top)
    while top < box.bottom:
        text = "".join(str(digit) for digit in rng.integers(10, size=rng.integers(3, 9)))
        widths = code_128(text)
        module = 1.0 if sum(widths) + 8 > box.width or rng.random() < 0.6 else box.width / (sum(widths) + 8)
        height = int(rng.integers(14, 45))
        style = random_style(scene, 6, 12, foreign=False).tinted(ink)
        place = Box(round(box.left), top, (sum(widths) + 8) * module, height + style.leading + 4)
        scene.rect(place, fill(paper))
        x = place.left + 4 * module
        for bar, space in zip(widths[::2], [*widths[1::2], 0], strict=True):
            scene.rect(Box(x, top + 3, bar * module, height - 3), fill(ink))
            x += (bar + space) * module
        set_line(scene, style, text, place.centre[0], top + height + style.size, 0.5)
        top += round(place.height) + int(rng.integers(4, 14))


def draw_symbol(scene: Scene, box: Box) -> None:
    """Draw a QR code, or barcodes."""
    (draw_qr if scene.rng.random() < 0.6 else draw_barcode)(scene, box)
