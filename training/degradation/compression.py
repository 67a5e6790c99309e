"""JPEG and WebP, with their grid of blocks anywhere."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .draw import happens, one_of, whole_between
from .options import Options

# Side of the largest unit that is coded as one: a macroblock of WebP, or of JPEG at 4:2:0.
UNIT = 16


def compress(
    picture: NDArray[np.uint8], options: Options, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], str]:
    """Encode and decode RGB bytes (height, width, 3), by chance; returns what was done too."""
    if not happens(rng, options.compression_chance):
        return picture, ""
    phase = rng.integers(UNIT, size=2)
    if happens(rng, options.webp_share):
        quality = whole_between(rng, options.webp_quality)
        return encoded(picture, phase, format="WEBP", quality=quality), f"WebP {quality}"
    quality = whole_between(rng, options.jpeg_quality)
    chroma = one_of(rng, options.chroma)
    return (
        encoded(picture, phase, format="JPEG", quality=quality, subsampling=chroma),
        f"JPEG {quality} {chroma}",
    )


def encoded(picture: NDArray[np.uint8], phase: NDArray[np.intp], **encoder: str | int) -> NDArray[np.uint8]:
    """Return the picture as Pillow decodes what it encoded.

    A crop is no picture of its own, so blocks may begin anywhere in it: while it is encoded, its border is
    repeated `phase` pixels upwards and to the left.
    """
    top, left = (int(side) for side in phase)
    padded = cv2.copyMakeBorder(picture, top, 0, left, 0, cv2.BORDER_REPLICATE)
    file = io.BytesIO()
    Image.fromarray(padded).save(file, **encoder)
    with Image.open(file) as image:
        return np.array(image.convert("RGB"))[top:, left:]
