"""Sheets that lay the results of two methods side by side without telling which is which."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ..data.pictures import SUFFIXES, Pair, find_pictures, read_rgb
from .methods import CLASSICAL, Method, classical, of_mix, of_model

# Sides of the squares shown at 100 % and enlarged, and how much the latter are.
VIEW, DETAIL, ZOOM = 640, 160, 4
GAP, CAPTION = 12, 24


def contestant(word: str, device: str = "cpu") -> Method:
    """Return the method that a word of the command line names.

    That is a classical filter, a folder of finished results, two model files and a share as `FILE+OTHER:0.6`,
    or a model file. Raises OSError where there is no such file.
    """
    if word in CLASSICAL:
        return classical(word)
    path = Path(word)
    if path.is_dir():
        return finished(path)
    mix = re.fullmatch(r"(.+)\+(.+):(\d*\.?\d+)", word)
    if mix and not path.exists():
        own, other, share = Path(mix[1]), Path(mix[2]), float(mix[3])
        if share > 1:
            raise ValueError(f"the share of a mix must be 0 to 1, not {mix[3]}")
        return of_mix(f"{own.stem}+{other.stem}:{mix[3]}", own, other, share, device)
    return of_model(path.stem, path, device)


def finished(folder: Path) -> Method:
    """Return the method whose results lie in a folder, named as the pictures are but for the suffix."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\n".encode() + path.read_bytes())

    def read(pair: Pair) -> NDArray[np.uint8]:
        found = [path for path in files if path.stem == Path(pair.name).stem]
        if len(found) != 1:
            raise ValueError(f"{folder} must have one result for {pair.name}, not {len(found)}")
        return read_rgb(found[0])

    return Method(folder.resolve().name, digest.hexdigest(), read)


def listed_pictures(places: list[Path]) -> list[Path]:
    """Return the picture files among files and in folders; raises ValueError where names repeat."""
    paths = [path for place in places for path in ([place] if place.is_file() else find_pictures(place))]
    if not paths:
        raise ValueError("there are no pictures to judge by")
    name, times = Counter(path.stem for path in paths).most_common(1)[0]
    if times > 1:
        raise ValueError(f"{times} pictures are named {name}")
    return paths


def of_unknown_original(path: Path, scale: int) -> Pair:
    """Return an LR picture with a blank in place of the HR one, of which only the size counts."""
    small = read_rgb(path)
    height, width = small.shape[:2]
    blank = np.broadcast_to(np.uint8(0), (height * scale, width * scale, 3))
    return Pair(path.name, blank, small)


def sides(count: int, seed: int) -> list[bool]:
    """Return for each of `count` sheets whether A is on the left: at random, but equally often."""
    rng = np.random.default_rng(seed)
    both = rng.permutation([True, False])
    return rng.permutation(np.resize(both, count)).tolist()


def enlarged(method: Method, pair: Pair) -> NDArray[np.uint8]:
    """Return a method's result; raises ValueError where it has not the size of the HR picture."""
    made = method.enlarge(pair)
    if made.shape != pair.large.shape:
        height, width = pair.large.shape[:2]
        found = f"{made.shape[1]}x{made.shape[0]}"
        raise ValueError(f"{method.name} makes {found} pixels of {pair.name}, not {width}x{height}")
    return made


def most_different(one: NDArray[np.uint8], other: NDArray[np.uint8], side: int) -> tuple[slice, slice]:
    """Return rows and columns of the square of `side` pixels, or less, in which two pictures differ most.

    So the choice of what is shown favours neither.
    """
    rows, columns = (min(side, length) for length in one.shape[:2])
    sums = cv2.integral(cv2.absdiff(one, other).sum(axis=2, dtype=np.float64))
    apart = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    top, left = (int(at) for at in np.unravel_index(apart.argmax(), apart.shape))
    return slice(top, top + rows), slice(left, left + columns)


def sheet(number: int, left: NDArray[np.uint8], right: NDArray[np.uint8]) -> Image.Image:
    """Return two results side by side: a square at 100 %, and below it a part of that enlarged."""
    view = most_different(left, right, VIEW)
    left, right = left[view], right[view]
    detail = most_different(left, right, DETAIL)
    details = [side[detail].repeat(ZOOM, axis=0).repeat(ZOOM, axis=1) for side in (left, right)]
    width = max(left.shape[1], details[0].shape[1])
    middle = CAPTION + left.shape[0] + GAP
    out = Image.new("RGB", (2 * width + GAP, middle + details[0].shape[0]), "grey")
    canvas, font = ImageDraw.Draw(out), ImageFont.load_default(15)
    for title, x, whole, part in zip(
        ("left", "right"), (0, width + GAP), (left, right), details, strict=True
    ):
        canvas.text((x + 4, CAPTION // 2), f"{number}, {title}", font=font, fill="white", anchor="lm")
        out.paste(Image.fromarray(np.ascontiguousarray(whole)), (x, CAPTION))
        out.paste(Image.fromarray(part), (x, middle))
    return out
