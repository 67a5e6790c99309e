"""`compare`: sets PyTorch beside lenslet on pictures."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..measure.compare import compare
from .common import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("--model", type=Path, required=True, help="model file, .safetensors or .pth")
    add("--lenslet", default="lenslet", help="the command (default: %(default)s)")
    add("pictures", type=Path, nargs="+", metavar="PICTURE", help="small picture")


def run(args: argparse.Namespace) -> None:
    """Print how far the two are apart on each picture."""
    for difference in compare(args.model, args.pictures, args.lenslet):
        log(str(difference))
