"""What is measured: classical filters, model files, and the original itself as the best there can be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from ..evaluate import enlarge
from ..pictures import Pair
from ..resize import imresize
from ..weights import load_model

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


def listed(folder: Path, device: str = "cpu") -> dict[int, list[Method]]:
    """Return the models of a folder's `index.json` by scale, smallest scale first, in the order of the index.

    Raises OSError where there is no such file and ValueError where it is no index.
    """
    try:
        models = json.loads((folder / "index.json").read_text("utf-8"))["models"]
        entries = [(int(m["scale"]), str(m["name"]), folder / m["file"]) for m in models]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / 'index.json'} is not an index of models") from error
    scales = sorted({scale for scale, _, _ in entries})
    return {s: [of_model(name, path, device) for scale, name, path in entries if scale == s] for s in scales}
