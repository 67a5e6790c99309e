"""`evaluate`: measures a model file on folders of pictures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from ..measure.evaluate import read_evaluation, score, table
from ..networks.ensemble import MeanOfEight
from ..release.weights import load_model
from .common import add_device, log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add("--model", type=Path, required=True, help="model file, .safetensors or .pth")
    add("--tta", action="store_true", help="measure the mean of eight turned and mirrored results")
    add("--json", type=Path, help="also write the scores to this file")
    add("folders", type=Path, nargs="+", metavar="DIR", help="folder of large pictures")
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    """Print, and with `--json` write, the scores."""
    network = load_model(args.model).to(args.device)
    sets = read_evaluation(args.folders, network.scale)
    measured = MeanOfEight(network) if args.tta else network
    scores = [score(name, pairs, measured, network.scale) for name, pairs in sets.items()]
    log(table(scores))
    if args.json:
        args.json.write_text(json.dumps([s.as_dict() for s in scores], indent=2) + "\n")
