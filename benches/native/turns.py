"""How a peer takes its turns: the same words on standard input and output as `lenslet bench --turns`.

A peer loads a network, runs it once, writes what it made of the picture as plain RGB bytes and says in a
line of JSON what it is. Then it runs once for each line that it reads, and answers with its milliseconds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class UnavailableError(Exception):
    """What a peer needs is not on this machine."""


@dataclass(frozen=True)
class Peer:
    """A network that is ready to run."""

    version: str
    adapter: str
    run: Callable[[], Any]
    """What is timed."""
    planes: Callable[[Any], NDArray[np.float32]]
    """Turns what a run made into (3, height, width), RGB in 0..1."""


def read_ppm(file: Path) -> NDArray[np.uint8]:
    """Return a picture (height, width, 3) that was written as binary PPM without comments."""
    data = file.read_bytes()
    header = re.match(rb"P6\s(\d+)\s(\d+)\s255\s", data)
    if header is None:
        raise ValueError(f"{file} is not a binary PPM of 8 bits")
    width, height = int(header[1]), int(header[2])
    return np.frombuffer(data, np.uint8, offset=header.end()).reshape(height, width, 3)


def planes_of(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture as (3, height, width) in 0..1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1), np.float32) / 255


def bytes_of(planes: NDArray[np.float32]) -> bytes:
    """Return RGB bytes, rounded to nearest."""
    rounded = np.floor(np.clip(planes, 0, 1) * 255 + 0.5).astype(np.uint8)
    return rounded.transpose(1, 2, 0).tobytes()


def say(words: dict[str, object]) -> None:
    """Print one line of JSON at once."""
    print(json.dumps(words), flush=True)


def take_turns(
    devices: list[str], precisions: list[str], prepare: Callable[[argparse.Namespace], Peer]
) -> None:
    """Be the peer that the command line asks for until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", choices=devices, required=True)
    parser.add_argument("--precision", choices=precisions, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    try:
        peer = prepare(options)
    except (ImportError, UnavailableError) as reason:
        say({"unavailable": str(reason)})
        return
    options.output.write_bytes(bytes_of(peer.planes(peer.run())))
    say({"version": peer.version, "adapter": peer.adapter})
    for _ in sys.stdin:
        started = time.perf_counter()
        peer.run()
        say({"milliseconds": (time.perf_counter() - started) * 1e3})
