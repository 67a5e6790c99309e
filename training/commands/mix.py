"""`mix`: interpolates the weights of two model files, as sliders do, into one."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..release.weights import DIFFERENCE, encode, interpolated, read_end, read_tensors, to_f16, write_whole
from .common import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("own", type=Path, help="model file, .safetensors")
    add("other", type=Path, help="model file of the same shape, the one trained on from the other")
    add("--share", type=float, required=True, help="how far to go from the one to the other, 0 to 1")
    add("--out", type=Path, required=True, help="model file to write, .safetensors")


def run(args: argparse.Namespace) -> None:
    """Write the weights between the two, with the header of the other and what was mixed."""
    if not 0 <= args.share <= 1:
        raise ValueError(f"--share must be 0 to 1, not {args.share}")
    (own, _), (_, header) = (read_tensors(path) for path in (args.own, args.other))
    training = header.get("training", "unknown")
    mixed = f"{args.share:g} of the way from {args.own.stem} to weights trained on from it: {training}"
    tensors = to_f16(interpolated(own, read_end(args.other, own), args.share))
    plain = {key: value for key, value in header.items() if key != DIFFERENCE}
    write_whole(args.out, encode(tensors, plain | {"training": mixed}))
    log(f"wrote {args.out}: {mixed}")
