"""`sheet`: draws what happens to small pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ..degradation import Degradation, add_options, from_args
from ..degradation.sheet import pick, sheet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sheet`, those of the degradation included."""
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of large pictures, searched recursively")
    add("--out", type=Path, required=True, help="picture to write")
    add("--scale", type=int, default=4, help="factor (default: %(default)s)")
    add("--seed", type=int, default=1, help="of pictures, crops and steps (default: %(default)s)")
    add("--rows", type=int, default=6, help="crops, each of another picture (default: %(default)s)")
    add("--columns", type=int, default=5, help="degraded samples of each crop (default: %(default)s)")
    add("--crop", type=int, default=192, help="side of a crop, large pixels (default: %(default)s)")
    add_options(parser)


def run(args: argparse.Namespace) -> None:
    """Write the sheet: on the left large crops, beside them what became of each, as large squares of pixels.

    Raises ValueError if the options make no sense or no picture is as large as a crop, OSError if a file
    cannot be read or written.
    """
    if min(args.rows, args.columns) < 1 or args.crop < args.scale:
        raise ValueError("the sheet needs at least one row, one column and crops of one small pixel")
    degradation = Degradation(from_args(args), args.scale)
    rng = np.random.default_rng(args.seed)
    side = args.crop // args.scale * args.scale
    crops = pick(args.data, args.rows, side, degradation, rng)
    Image.fromarray(sheet(crops, args.columns, degradation, rng)).save(args.out)
