"""`quantise`: puts listed models and their sliders into 8 bits, and writes down what that costs."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..data.pictures import Pair, find_pictures
from ..degradation.kinds import CLEAN, HEAVY, LIGHT
from ..degradation.measured import HALVES, degraded_crops
from ..measure.evaluate import read_evaluation
from ..measure.losses_of_8_bits import Row, place, row
from ..release.card import tell_size
from ..release.quantise import Fineness, quantise
from ..release.weights import load_model
from .common import log

# Crops of small pixels that weights are rounded for, and how wide they are.
CROPS, SIDE = 12, 64


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `quantise`."""
    add = parser.add_argument
    add("models", nargs="+", metavar="MODEL", help="names of models of the index, whose files are in f16")
    add("--folder", type=Path, default=Path("models"), help="folder with index.json (default: %(default)s)")
    add("--data", type=Path, nargs="+", required=True, help="folders of pictures to round the weights for")
    add("--steps", type=float, default=6, help="steps in the RMS of a model's weights (default: %(default)s)")
    add("--difference-steps", type=float, default=2, help="the same of sliders (default: %(default)s)")
    add("--clean", type=Path, nargs="+", default=[], help="folders to measure on, shrunk cleanly")
    add("--photos", type=Path, nargs="+", default=[], help="folders to measure on, degraded")
    add("--every", type=int, default=6, help="take every so manieth picture (default: %(default)s)")
    add("--out", type=Path, help="Markdown file to put the table into (default: the folder's README.md)")


def shown(folders: list[Path], scale: int) -> list[Tensor]:
    """Return small pictures (1, 3, 64, 64) to round weights for: clean, lightly and heavily worn."""
    paths = [path for folder in folders for path in find_pictures(folder)]
    if len(paths) < CROPS:
        raise ValueError(f"the folders of --data hold {len(paths)} pictures, and {CROPS} are needed")
    chosen = [paths[len(paths) * number // CROPS] for number in range(CROPS)]
    kinds = (CLEAN, LIGHT, HEAVY)
    pairs = [
        degraded_crops([path], scale, [2, number], kinds[number % len(kinds)])[0]
        for number, path in enumerate(chosen)
    ]
    return [to_tensor(pair.small[:SIDE, :SIDE]) for pair in pairs]


def to_tensor(small: np.ndarray) -> Tensor:
    """Return a picture of bytes (height, width, 3) as (1, 3, height, width) in 0..1."""
    return torch.tensor(np.ascontiguousarray(small)).permute(2, 0, 1)[None].float() / 255


def measured(args: argparse.Namespace, scale: int) -> dict[str, list[Pair]]:
    """Return the sets to measure on."""
    sets = {f"{n}, clean": pairs for n, pairs in read_evaluation(args.clean, scale).items()}
    for folder in args.photos:
        paths = find_pictures(folder)[:: args.every]
        for number, (half, options) in enumerate(HALVES.items()):
            sets[f"{folder.resolve().name}, {half}"] = degraded_crops(paths, scale, [1, number], options)
    return sets


def run(args: argparse.Namespace) -> None:
    """Convert, measure before and after, and write the table."""
    fineness = Fineness(args.steps, args.difference_steps)
    rows: list[Row] = []
    for name in args.models:
        written = quantise(args.folder, name, lambda scale: shown(args.data, scale), fineness)
        own = written[0]
        network = load_model(args.folder / own.file)
        sets = measured(args, network.scale)
        for each in written:
            made = row(each, args.folder, network, sets)
            log(made.line())
            tell_size(args.folder / "README.md", Path(each.file).stem, len(each.new))
            rows.append(made)
    out = args.out or args.folder / "README.md"
    place(out, rows)
    log(f"wrote {out}")
