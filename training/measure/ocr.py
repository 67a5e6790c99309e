"""How well text can still be read: the character error rate of Tesseract."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..data.pictures import Pair
from ..data.resize import imresize
from .packages import require
from .text import Page

# All methods are read at this multiple of the small size, since Tesseract fails on small letters.
READ_AT = 4


def read(picture: NDArray[np.uint8]) -> str:
    """Return the text of a picture of one block of lines, runs of white space as one space.

    Raises ValueError where Tesseract is not installed or fails.
    """
    require("tesseract", "measuring text")
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=1)
    command = ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "6", "--dpi", "300"]
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(command, input=file.getvalue(), capture_output=True, env=environment)
    if done.returncode != 0:
        raise ValueError(f"tesseract failed: {done.stderr.decode(errors='replace').strip()}")
    return " ".join(done.stdout.decode().split())


def distance(one: str, other: str) -> int:
    """Return how many characters must be put in, taken out or replaced (Levenshtein, 1966)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row = row, [i]
        for j, b in enumerate(other, start=1):
            row.append(min(before[j - 1] + (a != b), before[j] + 1, row[j - 1] + 1))
    return row[-1]


def error_rate(pages: list[Page], enlarge: Callable[[Pair], NDArray[np.uint8]]) -> float:
    """Return how many percent of the pages' characters are read wrongly once enlarged.

    Over 100 is possible, where more is read than was written.
    """
    wrong = 0
    for page in pages:
        height, width = (READ_AT * side for side in page.pair.small.shape[:2])
        picture = enlarge(page.pair)
        if picture.shape[:2] != (height, width):
            picture = imresize(picture, height, width)
        wrong += distance(read(picture), page.text)
    return 100 * wrong / sum(len(page.text) for page in pages)
