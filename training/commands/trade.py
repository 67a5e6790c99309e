"""`trade`: sets closeness beside work and time, as a table and a plot."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from ..measure.conditions import commit, processor
from ..measure.evaluate import read_evaluation
from ..measure.methods import classical, of_model
from ..measure.packages import require
from ..measure.trade import CLOSENESS, Point, closeness, plot, table
from ..measure.work import gflop_per_megapixel, seconds_per_megapixel
from ..release.weights import load_model, write_whole
from .common import log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `trade`."""
    add = parser.add_argument
    add("models", type=Path, nargs="+", metavar="FILE", help="model files of one scale")
    add("--clean", type=Path, nargs="+", required=True, metavar="DIR", help="folders to measure on")
    add("--lenslet", default="lenslet", help="the command to take the time of (default: %(default)s)")
    add("--out", type=Path, required=True, help="plot to write, .svg; the table goes beside it, as .md")


def asked(args: argparse.Namespace) -> str:
    """Return the command again, in one line."""
    words = [*args.models, "--clean", *args.clean, "--lenslet", args.lenslet, "--out", args.out]
    return f"python -m training trade {shlex.join(map(str, words))}"


def run(args: argparse.Namespace, log: Callable[[str], None] = log) -> None:
    """Measure the models, write plot and table; raises OSError or ValueError for the caller's mistakes."""
    require("matplotlib", "the plot")
    networks = {path: load_model(path) for path in args.models}
    scales = {network.scale for network in networks.values()}
    if len(scales) > 1:
        raise ValueError(
            f"the models enlarge {' and '.join(map(str, sorted(scales)))} times; compare one scale"
        )
    scale = scales.pop()
    sets = read_evaluation(args.clean, scale)
    where = f"{{}} of {processor()}, commit {commit()}"
    points = []
    for path, network in networks.items():
        seconds, threads = seconds_per_megapixel(args.lenslet, path)
        psnr = closeness(of_model(path.stem, path), sets, scale)
        points.append(Point(path.stem, psnr, gflop_per_megapixel(network), seconds))
        log(f"measured {path.stem}")
    bicubic = closeness(classical("bicubic"), sets, scale)
    text = f"{table(points, bicubic, where.format(threads))}\n\n```sh\n{asked(args)}\n```"
    args.out.parent.mkdir(parents=True, exist_ok=True)
    plot(args.out, points, bicubic)
    picture = f"![{CLOSENESS} against work and time]({args.out.name})"
    write_whole(args.out.with_suffix(".md"), f"# What closeness costs\n\n{picture}\n\n{text}\n".encode())
    log(text)
