"""Resizing by the filters that programs use. All align the picture's borders, so nothing shifts."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..data.resize import imresize

# OpenCV's do not antialias: shrinking skips pixels, as graphics cards and hurried programs do.
ALIASED = {"bilinear-aliased": cv2.INTER_LINEAR, "bicubic-aliased": cv2.INTER_CUBIC}
# Pillow's widen with the factor.
ANTIALIASED = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
FILTERS = ("area", *ANTIALIASED, *ALIASED, "matlab-bicubic")


def resize(picture: NDArray[np.uint8], height: int, width: int, kind: str) -> NDArray[np.uint8]:
    """Resize an RGB picture of bytes (h, w, 3) to (height, width, 3) by one of `FILTERS`.

    `area` is the mean of the area that each new pixel covers; that would enlarge to blocks, so then it is
    bilinear.
    """
    if picture.shape[:2] == (height, width):
        return picture
    if kind == "matlab-bicubic":
        return imresize(picture, height, width)
    if kind in ANTIALIASED:
        return np.array(Image.fromarray(picture).resize((width, height), ANTIALIASED[kind]))
    if kind == "area":
        shrinking = height <= picture.shape[0] and width <= picture.shape[1]
        flag = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    else:
        flag = ALIASED[kind]
    return cv2.resize(picture, (width, height), interpolation=flag)
