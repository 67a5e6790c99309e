"""`crops`: draws what a model makes of small pieces of pictures, side by side, for its card."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from ..degradation import KINDS, Degradation
from ..measure.crops import encoded, panels, square, strip
from ..measure.methods import CLASSICAL, classical, of_model, original
from ..release.weights import load_model, write_whole
from .common import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `crops`."""
    add = parser.add_argument
    add("--model", type=Path, required=True, metavar="FILE", help="model file")
    add("--out", type=Path, required=True, help="picture to write: .webp, .jpg or .png")
    what = "a large picture, and left and upper edge and side of the square to show"
    add("--picture", nargs=4, action="append", required=True, metavar=("FILE", "X", "Y", "SIDE"), help=what)
    add("--filter", choices=CLASSICAL[1:], default="bicubic", help="to compare with (default: %(default)s)")
    add("--kind", choices=KINDS, default="clean", help="how the picture is made small (default: %(default)s)")
    add("--seed", type=int, default=1, help="of the degradation (default: %(default)s)")


def run(args: argparse.Namespace, log: Callable[[str], None] = log) -> None:
    """Write the strip; raises OSError or ValueError for mistakes of the caller."""
    scale = load_model(args.model).scale
    degrade = Degradation(KINDS[args.kind], scale)
    model = of_model(args.model.stem, args.model)
    methods = [classical("nearest"), classical(args.filter), model, original()]
    rows = [panels(square(words), methods, degrade, args.seed) for words in args.picture]
    content = encoded(strip(rows, [method.name for method in methods]), args.out.suffix.lower())
    write_whole(args.out, content)
    log(f"wrote {args.out}, {len(content):,} bytes")
