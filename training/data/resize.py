"""Bicubic resizing as MATLAB's `imresize` does it, which published PSNR figures depend on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def cubic(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Keys' cubic convolution kernel with a = -0.5 (Keys, 1981) at the given distances."""
    d = np.abs(distance)
    near = (1.5 * d - 2.5) * d * d + 1
    far = ((-0.5 * d + 2.5) * d - 4) * d + 2
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))


def taps(length: int, new_length: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return, for one axis, which pixels each new pixel reads and with what weights.

    Both arrays have the shape (new_length, taps). Pixel centres are aligned (new pixel `i` sits at
    `(i + 0.5) * length / new_length - 0.5`); when shrinking, the kernel is widened by the factor so
    that it also filters; beyond the border the axis is mirrored with the edge pixel repeated.
    """
    factor = length / new_length
    widening = max(factor, 1.0)
    centre = (np.arange(new_length) + 0.5) * factor - 0.5
    first = np.floor(centre - 2 * widening).astype(np.intp)
    count = int(np.ceil(4 * widening)) + 2
    position = first[:, None] + np.arange(count)
    weight = cubic((centre[:, None] - position) / widening)
    weight /= weight.sum(axis=1, keepdims=True)
    mirrored = np.mod(position, 2 * length)
    index = np.where(mirrored < length, mirrored, 2 * length - 1 - mirrored)
    used = np.any(weight != 0, axis=0)
    return index[:, used], weight[:, used]


def resize_rows(values: NDArray[np.float64], new_length: int) -> NDArray[np.float64]:
    """Resize the first axis of an array of any further shape."""
    index, weight = taps(values.shape[0], new_length)
    out = np.zeros((new_length, *values.shape[1:]))
    column = (slice(None),) + (None,) * (values.ndim - 1)
    for tap in range(index.shape[1]):
        out += weight[:, tap][column] * values[index[:, tap]]
    return out


def imresize(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Resize a (height, width, channels) picture of 0..255 bytes, rounding once at the end."""
    tall = resize_rows(picture.astype(np.float64), height)
    both = resize_rows(tall.swapaxes(0, 1), width).swapaxes(0, 1)
    # MATLAB rounds halves away from zero; NumPy's `round` would send them to the even neighbour.
    return np.clip(np.floor(both + 0.5), 0, 255).astype(np.uint8)


def shrink(picture: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """Return the small picture of a large one whose sides are multiples of `scale`."""
    height, width = picture.shape[:2]
    return imresize(picture, height // scale, width // scale)
