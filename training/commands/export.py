"""`export`: writes the model of a run as it stands."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..learn.state import load
from ..measure.evaluate import read_evaluation
from ..release.export import export
from .common import about, add_device, add_output, checkpoint_of, log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--eval", type=Path, nargs="+", required=True, help="folders to measure on")
    add_output(parser)
    add_device(parser)


def run(args: argparse.Namespace) -> None:
    """Export the averaged weights of the checkpoint."""
    state = load(checkpoint_of(args), torch.device(args.device))
    sets = read_evaluation(args.eval, state.plan.scale)
    log(export(state, sets, args.out, about(args)))
