"""`plot`: draws how runs went."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..learn.history import plot, read_history


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("histories", type=Path, nargs="+", metavar="CSV", help="file beside a checkpoint")
    parser.add_argument("--out", type=Path, required=True, help="picture to write, .svg or .png")


def run(args: argparse.Namespace) -> None:
    """Draw loss and PSNR-Y of each run."""
    plot({path.stem: read_history(path) for path in args.histories}, args.out)
