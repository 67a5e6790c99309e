"""A contact sheet of degraded pictures, to look at."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..data.pictures import find_pictures, read_rgb
from .measured import random_crop
from .pipeline import Degradation

GAP = 6
TEXT_SIZE = 11
LINES = 6


def pick(
    folder: Path, count: int, side: int, degradation: Degradation, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """Return random crops of `side` pixels and the margin around them, each of another picture."""
    side += 2 * degradation.margin
    paths = find_pictures(folder)
    crops: list[NDArray[np.uint8]] = []
    for i in rng.permutation(len(paths)):
        picture = read_rgb(paths[i])
        if min(picture.shape[:2]) >= side:
            crops.append(random_crop(picture, side, degradation.scale, rng))
        if len(crops) == count:
            break
    if not crops:
        raise ValueError(f"{folder} holds no picture of {side}x{side} pixels")
    return crops


def sheet(
    crops: list[NDArray[np.uint8]], columns: int, degradation: Degradation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return the sheet, RGB bytes, of large crops with the margin around them."""
    margin, scale = degradation.margin, degradation.scale
    rows = []
    for crop in crops:
        cells = [captioned(trimmed(crop, margin), "true")]
        for _ in range(columns):
            small, steps = degradation.trace(crop, rng)
            blocks = trimmed(small, margin // scale).repeat(scale, axis=0).repeat(scale, axis=1)
            cells.append(captioned(blocks, ", ".join(steps)))
        rows.append(np.concatenate(cells, axis=1))
    return np.concatenate(rows)


def trimmed(picture: NDArray[np.uint8], border: int) -> NDArray[np.uint8]:
    """Return a picture without `border` pixels on each side."""
    return picture[border : picture.shape[0] - border, border : picture.shape[1] - border]


def captioned(picture: NDArray[np.uint8], text: str) -> NDArray[np.uint8]:
    """Return a picture on white, with a few lines of small text below."""
    height, width = picture.shape[:2]
    cell = Image.new("RGB", (width + GAP, height + LINES * (TEXT_SIZE + 3)), "white")
    cell.paste(Image.fromarray(np.ascontiguousarray(picture)))
    lines = textwrap.fill(text, max(1, 2 * width // TEXT_SIZE))
    font = ImageFont.load_default(TEXT_SIZE)
    ImageDraw.Draw(cell).multiline_text((0, height + 2), lines, fill="black", font=font, spacing=2)
    return np.asarray(cell)
