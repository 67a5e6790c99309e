"""The pages of text that methods are measured on: drawn large, shrunk, and compressed as JPEG.

Two sets, small and tiny print. A page is set in one font at one size: black on white, light on dark or
blue on cream, in turn. It is drawn at `scale` times its size, shrunk by averaging squares of `scale` x
`scale` pixels, and stored as JPEG with halved chroma.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..data.pictures import Pair
from .words import lines

# All of them in `training.pages.fonts.EVALUATION`, which training never sees.
FONTS = {
    "Liberation Sans": "LiberationSans-Regular.ttf",
    "Carlito": "Carlito-Regular.ttf",
    "DejaVu Serif": "DejaVuSerif.ttf",
    "Caladea": "Caladea-Regular.ttf",
    "Liberation Mono": "LiberationMono-Regular.ttf",
}
COLOURS = (((0, 0, 0), (255, 255, 255)), ((225, 225, 225), (32, 32, 36)), ((20, 40, 90), (244, 240, 228)))
LINES, LONGEST = 6, 44


@dataclass(frozen=True)
class Print:
    """A set of pages: the heights of letters (em) in LR pixels, and the quality of the JPEG."""

    name: str
    sizes: tuple[int, ...]
    quality: int


PRINTS = (Print("8 to 12 px, JPEG 75", (8, 9, 10, 11, 12), 75), Print("6 to 8 px, JPEG 60", (6, 7, 8), 60))


@dataclass(frozen=True)
class Page:
    """A page as drawn and as shrunk, and what it says, in one line."""

    pair: Pair
    text: str


def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return one of `FONTS` as installed on this system; raises ValueError where it is not."""
    try:
        return ImageFont.truetype(FONTS[name], size)
    except OSError as error:
        raise ValueError(
            f"measuring text needs the font {name}: install Debian's fonts-liberation, fonts-dejavu, "
            "fonts-crosextra-carlito and fonts-crosextra-caladea, or the like"
        ) from error


def draw(
    text: list[str], font: str, size: int, scale: int, colours: tuple[tuple[int, ...], tuple[int, ...]]
) -> NDArray[np.uint8]:
    """Draw lines `scale` times as large as `size` says; both sides are multiples of `scale`."""
    face = load_font(font, size * scale)
    margin, step = size * scale, round(1.5 * size) * scale
    width = max(face.getlength(line) for line in text) + 2 * margin
    picture = Image.new("RGB", (int(-(-width // scale)) * scale, step * len(text) + 2 * margin), colours[1])
    canvas = ImageDraw.Draw(picture)
    for row, line in enumerate(text):
        canvas.text((margin, margin + row * step), line, font=face, fill=colours[0])
    return np.asarray(picture)


def compress(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Return a picture as it comes back from a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    with Image.open(file) as stored:
        return np.asarray(stored.convert("RGB"))


def pages(print_: Print, scale: int) -> list[Page]:
    """Return the pages of a set for a factor of 1 or more: one of each font at each size."""
    out = []
    for size in print_.sizes:
        for number, font in enumerate(FONTS):
            text = lines(LINES, LONGEST, seed=100 * size + number)
            large = draw(text, font, size, scale, COLOURS[(size + number) % len(COLOURS)])
            small = compress(np.asarray(Image.fromarray(large).reduce(scale)), print_.quality)
            out.append(Page(Pair(f"{font} {size}", large, small), " ".join(text)))
    return out
