"""`convert`: turns a model of another program into a safetensors file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..conversion import convert
from .common import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("inputs", type=Path, nargs="+", metavar="INPUT", help=".onnx, or .param and .bin of ncnn")
    add("-o", "--out", type=Path, required=True, help="model file to write, .safetensors")
    add("--scale", type=int, help="factor of an SRCNN, which its files do not tell")


def run(args: argparse.Namespace) -> None:
    """Write the file and say what it holds."""
    log(convert(args.inputs, args.out, args.scale))
