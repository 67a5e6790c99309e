"""Comparing what PyTorch and the command `lenslet` make of the same pictures with the same model file."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..data.pictures import read_rgb
from ..release.weights import load_model
from .evaluate import enlarge


@dataclass(frozen=True)
class Difference:
    """How far two enlarged pictures are apart, in 255ths of the full range."""

    picture: Path
    largest: int
    mean: float

    def __str__(self) -> str:
        """Return one line for a person."""
        return f"{self.picture}: largest difference {self.largest}, mean {self.mean:.4f} of 255"


def enlarged_by_lenslet(lenslet: str, model: Path, picture: Path) -> NDArray[np.uint8]:
    """Return what the command makes of a picture on the CPU; raises ValueError with its words if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.png"
        options = ["--model", str(model), "--backend", "cpu", "-o", str(out), str(picture)]
        done = subprocess.run([lenslet, "upscale", *options], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ValueError(f"{lenslet} failed on {picture}: {done.stderr.strip() or 'without a word'}")
        return read_rgb(out)


def compare(model: Path, pictures: list[Path], lenslet: str) -> Iterator[Difference]:
    """Yield the difference for each picture, which PyTorch enlarges whole, in f32 on the CPU.

    Raises OSError or ValueError when a file cannot be read, the command fails or the sizes differ.
    """
    network = load_model(model)
    for picture in pictures:
        ours = enlarge(network, read_rgb(picture))
        theirs = enlarged_by_lenslet(lenslet, model, picture)
        if ours.shape != theirs.shape:
            sizes = " and ".join(f"{width}x{height}" for height, width, _ in (theirs.shape, ours.shape))
            raise ValueError(f"{picture} is enlarged to {sizes} by lenslet and PyTorch")
        apart = np.abs(ours.astype(np.int16) - theirs)
        yield Difference(picture, int(apart.max()), float(apart.mean()))
