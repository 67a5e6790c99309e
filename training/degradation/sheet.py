"""A contact sheet of degraded pictures, to look at."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..pictures import find_pictures, read_rgb
from .arguments import add_options, from_args
from .measured import random_crop
from .pipeline import Degradation

GAP = 6
TEXT_SIZE = 11
LINES = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sheet`, those of the degradation included."""
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of large pictures, searched recursively")
    add("--out", type=Path, required=True, help="picture to write")
    add("--scale", type=int, default=4, help="factor (default: %(default)s)")
    add("--seed", type=int, default=1, help="of pictures, crops and steps (default: %(default)s)")
    add("--rows", type=int, default=6, help="crops, each of another picture (default: %(default)s)")
    add("--columns", type=int, default=5, help="degraded samples of each crop (default: %(default)s)")
    add("--crop", type=int, default=192, help="side of a crop, large pixels (default: %(default)s)")
    add_options(parser)


def run(args: argparse.Namespace) -> None:
    """Write the sheet: on the left large crops, beside them what became of each, as large squares of pixels.

    Raises ValueError if the options make no sense or no picture is as large as a crop, OSError if a file
    cannot be read or written.
    """
    if min(args.rows, args.columns) < 1 or args.crop < args.scale:
        raise ValueError("the sheet needs at least one row, one column and crops of one small pixel")
    degradation = Degradation(from_args(args), args.scale)
    rng = np.random.default_rng(args.seed)
    side = args.crop // args.scale * args.scale
    crops = pick(args.data, args.rows, side, degradation, rng)
    Image.fromarray(sheet(crops, args.columns, degradation, rng)).save(args.out)


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
