"""What is measured: classical filters, model files, and the original itself as the best there can be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from ..data.pictures import Pair
from ..data.resize import imresize
from ..release.weights import interpolated, load_model, read_end
from .evaluate import enlarge

CLASSICAL = ("nearest", "bilinear", "bicubic", "lanczos")


@dataclass(frozen=True)
class Method:
    """A way to make a large picture (height, width, 3) of bytes out of the small one of a pair."""

    name: str
    digest: str
    """What the results depend on: the name of a filter, or the SHA-256 of a model file."""
    enlarge: Callable[[Pair], NDArray[np.uint8]]


def classical(name: str) -> Method:
    """Return one of the filters `CLASSICAL`; bicubic is MATLAB's, the others are Pillow's."""
    if name not in CLASSICAL:
        raise ValueError(f"{name} is not one of {', '.join(CLASSICAL)}")

    def by_filter(pair: Pair) -> NDArray[np.uint8]:
        height, width = pair.large.shape[:2]
        if name == "bicubic":
            return imresize(pair.small, height, width)
        small = Image.fromarray(np.ascontiguousarray(pair.small))
        return np.asarray(small.resize((width, height), Image.Resampling[name.upper()]))

    return Method(name, name, by_filter)


def original() -> Method:
    """Return the method that knows the answer."""
    return Method("original", "original", lambda pair: pair.large)


def of_model(name: str, path: Path, device: str = "cpu") -> Method:
    """Return the method of a model file, which is only loaded once it is used; raises OSError without one."""

    @cache
    def network() -> nn.Module:
        return load_model(path).to(device)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Method(name, digest, lambda pair: enlarge(network(), pair.small))


def of_mix(name: str, own: Path, other: Path, share: float, device: str = "cpu") -> Method:
    """Return the method of two model files of one shape, mixed as sliders do; `share` is the other's."""

    @cache
    def network() -> nn.Module:
        mixed = load_model(own)
        weights = mixed.state_dict()
        mixed.load_state_dict(interpolated(weights, read_end(other, weights), share))
        return mixed.to(device)

    digest = hashlib.sha256(own.read_bytes() + other.read_bytes() + str(share).encode()).hexdigest()
    return Method(name, digest, lambda pair: enlarge(network(), pair.small))


def methods_of(model: dict[str, Any], folder: Path, device: str) -> list[Method]:
    """Return the methods of an entry of the index: its file, and each slider at its default and its ends."""
    name, own = str(model["name"]), folder / model["file"]
    methods = [of_model(name, own, device)]
    for slider in model.get("sliders", []):
        base, end = float(slider["base"]), float(slider["end"])
        for value in sorted({float(slider["default"]), 0.0, 1.0} - {base}):
            share = (value - base) / (end - base)
            title = f"{name}, {slider['name']} {value:g}"
            methods.append(of_mix(title, own, folder / slider["file"], share, device))
    return methods


def listed(folder: Path, device: str = "cpu") -> dict[int, list[Method]]:
    """Return the models of a folder's `index.json` by scale, smallest scale first, in the order of the index.

    A model with sliders stands there as its file is, then with each slider moved. Raises OSError where
    there is no such file and ValueError where it is no index.
    """
    try:
        models = json.loads((folder / "index.json").read_text("utf-8"))["models"]
        scales = {int(model["scale"]): list[Method]() for model in sorted(models, key=lambda m: m["scale"])}
        for model in models:
            scales[int(model["scale"])] += methods_of(model, folder, device)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / 'index.json'} is not an index of models") from error
    return scales
