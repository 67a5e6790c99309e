"""What several commands share: their log, the processor, what an exported model says of itself."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..release.card import About
from ..release.index import SLIDERS, Slider
from ..release.purposes import PURPOSES


def log(line: str) -> None:
    """Print at once, also when the output goes to a file."""
    print(line, flush=True)


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add the choice of processor."""
    best = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", default=best, help="cpu or cuda (default: %(default)s)")


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add what the exported file is called and says of itself."""
    add = parser.add_argument
    add("--out", type=Path, required=True, help="model file to write, .safetensors")
    add("--checkpoint", type=Path, help="default: target/training/NAME.ckpt, NAME as in --out")
    add("--title", help="name shown to users (default: the file's name)")
    add("--summary", default="Enlarges pictures.", help="one plain sentence shown to users")
    add("--purpose", choices=PURPOSES, default="fidelity", help="what it is for (default: %(default)s)")
    add("--slider-of", metavar="MODEL", help="make it the other end of a slider of this model instead")
    add("--slider", choices=SLIDERS, default="strength", help="which slider (default: %(default)s)")
    add("--base", type=int, choices=(0, 1), default=0, help="value of the model (default: %(default)s)")
    add("--default", type=float, default=0.5, help="slider value at first (default: %(default)s)")
    add("--limits", default="", help="sentences for the card on what it is not good at")
    add("--data-note", default="folders of pictures", help="where the data comes from, and its licences")
    add("--licence", default="MIT OR Apache-2.0", help="licence of the weights (default: %(default)s)")


def about(args: argparse.Namespace) -> About:
    """Return what the caller says of the model."""
    if not 0 <= args.default <= 1:
        raise ValueError(f"--default must be 0 to 1, not {args.default}")
    slider = Slider(args.slider_of, args.slider, args.base, args.default) if args.slider_of else None
    title = args.title or args.out.stem
    return About(title, args.summary, args.purpose, args.limits, args.data_note, args.licence, slider)


def checkpoint_of(args: argparse.Namespace) -> Path:
    """Return the checkpoint's place: as told, or below `target/`, which git ignores."""
    return args.checkpoint or Path("target/training") / f"{args.out.stem}.ckpt"
