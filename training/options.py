"""The options of each command; README.md explains them in a table."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .state import Plan


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="python -m training",
        description="Train, measure, export, compare and convert enlarging networks.",
    )
    commands = top.add_subparsers(dest="command", required=True)
    add_train(commands.add_parser("train", help="train a network on a folder of pictures and export it"))
    add_evaluate(commands.add_parser("evaluate", help="measure a model file on folders of pictures"))
    add_export(commands.add_parser("export", help="export a checkpoint as it stands"))
    add_compare(commands.add_parser("compare", help="compare PyTorch and lenslet on pictures"))
    add_convert(commands.add_parser("convert", help="turn ncnn or ONNX files into a model file"))
    return top


def add_device(command: argparse.ArgumentParser) -> None:
    """Add the choice of processor."""
    best = "cuda" if torch.cuda.is_available() else "cpu"
    command.add_argument("--device", default=best, help="cpu or cuda (default: %(default)s)")


def add_output(command: argparse.ArgumentParser) -> None:
    """Add what the exported file is called and says of itself."""
    add = command.add_argument
    add("--out", type=Path, required=True, help="model file to write, .safetensors")
    add("--checkpoint", type=Path, help="default: target/training/NAME.ckpt, NAME as in --out")
    add("--title", help="name shown to users (default: the file's name)")
    add("--summary", default="Enlarges photographs.", help="one plain sentence shown to users")
    add("--data-note", default="a folder of pictures", help="where the data comes from, and its licences")
    add("--licence", default="MIT OR Apache-2.0", help="licence of the weights (default: %(default)s)")


def add_train(command: argparse.ArgumentParser) -> None:
    """Add the options of `train`."""
    plan = Plan()
    add = command.add_argument
    add("--data", type=Path, required=True, help="folder of pictures to learn from, searched recursively")
    add("--eval", type=Path, nargs="+", default=[], help="folders to measure on; never learned from")
    add("--hold-out", type=int, default=8, help="without --eval, pictures kept apart (default: %(default)s)")
    add_output(command)
    add("--scale", type=int, default=plan.scale, help="factor, 1 to 4 (default: %(default)s)")
    add("--width", type=int, default=plan.width, help="channels (default: %(default)s)")
    add("--depth", type=int, default=plan.depth, help="inner convolutions (default: %(default)s)")
    add("--iterations", type=int, default=plan.iterations, help="batches in all (default: %(default)s)")
    add("--batch", type=int, default=plan.batch, help="crops in a batch (default: %(default)s)")
    add("--crop", type=int, default=plan.crop, help="side of a crop, small pixels (default: %(default)s)")
    add("--rate", type=float, default=plan.rate, help="first learning rate (default: %(default)s)")
    add("--ema", type=float, default=plan.ema, help="share the average keeps (default: %(default)s)")
    add("--seed", type=int, default=plan.seed, help="of weights, order and crops (default: %(default)s)")
    add("--memory", type=float, default=8, help="GiB of pictures to hold (default: %(default)s)")
    add("--save-every", type=int, default=2000, help="iterations between checkpoints (default: %(default)s)")
    add("--report-every", type=int, default=200, help="iterations between lines (default: %(default)s)")
    add("--resume", action="store_true", help="go on from the checkpoint")
    add("--compile", action="store_true", help="compile the network; needs a C++ compiler, a tenth faster")
    add_device(command)


def add_evaluate(command: argparse.ArgumentParser) -> None:
    """Add the options of `evaluate`."""
    command.add_argument("--model", type=Path, required=True, help="model file, .safetensors")
    command.add_argument("--json", type=Path, help="also write the scores to this file")
    command.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="folder of large pictures")
    add_device(command)


def add_export(command: argparse.ArgumentParser) -> None:
    """Add the options of `export`."""
    command.add_argument("--eval", type=Path, nargs="+", required=True, help="folders to measure on")
    add_output(command)
    add_device(command)


def add_compare(command: argparse.ArgumentParser) -> None:
    """Add the options of `compare`."""
    command.add_argument("--model", type=Path, required=True, help="model file, .safetensors or .pth")
    command.add_argument("--lenslet", default="lenslet", help="the command (default: %(default)s)")
    command.add_argument("pictures", type=Path, nargs="+", metavar="PICTURE", help="small picture")


def add_convert(command: argparse.ArgumentParser) -> None:
    """Add the options of `convert`."""
    add = command.add_argument
    add("inputs", type=Path, nargs="+", metavar="INPUT", help=".onnx, or .param and .bin of ncnn")
    add("-o", "--out", type=Path, required=True, help="model file to write, .safetensors")
    add("--scale", type=int, help="factor of an SRCNN, which its files do not tell")
