"""What a model makes of small pieces of pictures, side by side, for its card."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..data.pictures import Pair, read_rgb
from ..degradation import Degradation
from .methods import Method

PANEL, GAP, CAPTION = 240, 6, 22
MOST_BYTES = 80_000
QUALITIES = (92, 86, 80, 70, 60, 50, 40, 30)
# How many LR pixels beyond the square a network gets to see.
SURROUNDINGS = 32


@dataclass(frozen=True)
class Square:
    """A square piece of a large picture: left and upper edge and side, in HR pixels."""

    path: Path
    x: int
    y: int
    side: int


def square(words: list[str]) -> Square:
    """Return the square that four words of a command line tell."""
    try:
        return Square(Path(words[0]), *(int(word) for word in words[1:]))
    except ValueError as error:
        raise ValueError(f"--picture takes a file and three whole numbers, not {' '.join(words)}") from error


def cut(picture: NDArray[np.uint8], place: Square, scale: int) -> tuple[NDArray[np.uint8], int, int]:
    """Return the square with its surroundings, in multiples of `scale`, and where in it the square begins.

    Raises ValueError if the square is empty, too large to show or not all inside the picture.
    """
    height, width = (side - side % scale for side in picture.shape[:2])
    if not 1 <= place.side <= PANEL:
        raise ValueError(f"the side of a square must be from 1 to {PANEL} pixels, not {place.side}")
    if min(place.x, place.y) < 0 or place.x + place.side > width or place.y + place.side > height:
        raise ValueError(f"{place.path} is {width}x{height} pixels; the square reaches out of it")
    more = SURROUNDINGS * scale
    left, top = (max(0, at - more) // scale * scale for at in (place.x, place.y))
    right = min(width, -(-(place.x + place.side + more) // scale) * scale)
    bottom = min(height, -(-(place.y + place.side + more) // scale) * scale)
    return np.ascontiguousarray(picture[top:bottom, left:right]), place.x - left, place.y - top


def panels(place: Square, methods: list[Method], degrade: Degradation, seed: int) -> list[NDArray[np.uint8]]:
    """Return the square (side, side, 3) as each method makes it."""
    large, x, y = cut(read_rgb(place.path), place, degrade.scale)
    # Seeded anew for each square, so that it looks the same whatever others stand beside it.
    pair = Pair(place.path.name, large, degrade(large, np.random.default_rng(seed)))
    return [method.enlarge(pair)[y : y + place.side, x : x + place.side] for method in methods]


def strip(rows: list[list[NDArray[np.uint8]]], captions: list[str]) -> Image.Image:
    """Return the panels on white, one row for each square, whole times enlarged, with captions above."""
    width = len(captions) * (PANEL + GAP) - GAP
    sheet = Image.new("RGB", (width, CAPTION + len(rows) * (PANEL + GAP) - GAP), "white")
    canvas, font = ImageDraw.Draw(sheet), ImageFont.load_default(15)
    for column, caption in enumerate(captions):
        centre = column * (PANEL + GAP) + PANEL // 2
        canvas.text((centre, CAPTION // 2), caption, font=font, fill="black", anchor="mm")
    for number, row in enumerate(rows):
        for column, panel in enumerate(row):
            # Whole multiples by repetition, so that nothing is smoothed that a method left rough.
            zoom = max(1, PANEL // len(panel))
            shown = Image.fromarray(panel.repeat(zoom, axis=0).repeat(zoom, axis=1))
            space = (PANEL - shown.width) // 2
            sheet.paste(shown, (column * (PANEL + GAP) + space, CAPTION + number * (PANEL + GAP) + space))
    return sheet


def encoded(sheet: Image.Image, suffix: str) -> bytes:
    """Return the file of a picture, at the best quality that fits 80,000 bytes.

    Raises ValueError for an unknown suffix, or if no quality fits.
    """
    forms = {".webp": "WEBP", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
    if suffix not in forms:
        raise ValueError(
            f"a picture can be written as {', '.join(forms)}, not as {suffix or 'a file without suffix'}"
        )
    for quality in QUALITIES:
        file = io.BytesIO()
        sheet.save(file, forms[suffix], quality=quality, optimize=True)
        if len(file.getvalue()) <= MOST_BYTES:
            return file.getvalue()
    raise ValueError(f"the picture takes more than {MOST_BYTES} bytes; show fewer squares or write .webp")
