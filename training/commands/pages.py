"""`pages`: draws pages of text and graphics into a folder."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..data.pictures import find_pictures
from ..pages.fonts import find_fonts
from ..pages.page import draw_page, draw_print
from ..pages.sheet import Sheet


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of `pages`."""
    add = command.add_argument
    add("--out", type=Path, required=True, help="folder to write the pages to")
    add("--count", type=int, required=True, help="number of pages")
    add("--seed", type=int, default=1, help="of all that is random (default: %(default)s)")
    add("--scale", type=int, default=4, help="how much larger the large picture is (default: %(default)s)")
    add("--size", type=int, default=128, help="side of a page in small pixels (default: %(default)s)")
    add("--photos", type=Path, help="folder of photographs to put behind and beside text")
    add("--fonts", type=Path, help="folder of fonts to use instead of the system's")
    add("--print", action="store_true", help="nothing but small print, to learn reading")
    add("--evaluation", action="store_true", help="set in the fonts kept apart for measuring")
    add("--sheet", type=Path, help="also write a contact sheet of the first pages to this file")


def read_photos(folder: Path | None) -> Sequence[NDArray[np.uint8]]:
    """Return the pictures below a folder, RGB bytes."""
    photos = []
    for path in find_pictures(folder) if folder else ():
        with Image.open(path) as image:
            photos.append(np.asarray(image.convert("RGB")))
    return photos


def save(picture: NDArray[np.uint8], path: Path) -> None:
    """Write a PNG file, at the compression that costs little time."""
    Image.fromarray(picture).save(path, compress_level=3)


def run(args: argparse.Namespace) -> None:
    """Write pages as `00001.png` and, of those drawn at LR too, `00001.small.png`; print how many, how fast.

    Page number *n* depends on the seed and on *n* alone. Raises OSError or ValueError on bad input.
    """
    if args.count < 1:
        raise ValueError(f"--count must be at least 1, not {args.count}")
    fonts = find_fonts(args.fonts, args.evaluation)
    photos = read_photos(args.photos)
    args.out.mkdir(parents=True, exist_ok=True)
    print(
        f"{len(fonts.families)} families of fonts, {len(fonts.icons)} of icons, {len(photos)} photos",
        flush=True,
    )
    sheet = Sheet()
    direct = 0
    start = time.monotonic()
    for number in range(1, args.count + 1):
        rng = np.random.default_rng([args.seed, number])
        if args.print:
            page = draw_print(rng, args.size, args.scale, fonts)
        else:
            page = draw_page(rng, args.size, args.scale, fonts, photos)
        save(page.large, args.out / f"{number:05}.png")
        if page.small is not None:
            save(page.small, args.out / f"{number:05}.small.png")
            direct += 1
        sheet.add(page)
    speed = args.count / (time.monotonic() - start)
    if args.sheet:
        save(sheet.picture(), args.sheet)
    print(
        f"{args.count} pages in {args.out}, {direct} of them drawn small too, {speed:.1f} pages/s", flush=True
    )
