"""Folders of pictures read before, kept decoded and shrunk, so that a run starts at once."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np

from .pictures import Pair, Reading, find_pictures, read_folder

# What `read_folder` is told besides the folder: scale, smallest side, memory in bytes, seed.
Wanted = tuple[int, int, float, int]


def name_of(folder: Path, wanted: Wanted) -> str:
    """Return a name that changes with any file of the folder and with what is wanted of it."""
    files = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in find_pictures(folder)]
    told = json.dumps([files, wanted])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def read_cached(folder: Path, wanted: Wanted, cache: Path) -> Reading:
    """Return what `read_folder` returns, from the folder `cache` if it is there; else keep it there."""
    path = cache / f"{name_of(folder, wanted)}.npz"
    if not path.exists():
        reading = read_folder(folder, *wanted)
        keep(path, reading)
        return reading
    with np.load(path) as kept:
        told = json.loads(str(kept["told"]))
        pairs = [
            Pair(name, kept[f"large{number}"], kept[f"small{number}"], drawn)
            for number, (name, drawn) in enumerate(told.pop("pairs"))
        ]
    return Reading(pairs, **told)


def keep(path: Path, reading: Reading) -> None:
    """Write a reading, whole or not at all."""
    told = {
        "pairs": [(pair.name, pair.drawn) for pair in reading.pairs],
        "unreadable": reading.unreadable,
        "too_small": reading.too_small,
        "left_out": reading.left_out,
    }
    arrays = {}
    for number, pair in enumerate(reading.pairs):
        arrays |= {f"large{number}": pair.large, f"small{number}": pair.small}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.part")
    with fresh.open("wb") as file:
        np.savez(file, told=json.dumps(told), **arrays)
    os.replace(fresh, path)
