"""The commands of `python -m training`: train, evaluate, export, compare, convert."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from .card import About
from .compare import compare
from .conversion import convert
from .evaluate import glance, read_evaluation, score, table
from .export import export
from .options import parser
from .pictures import Pair, megapixels, read_folder
from .state import Facts, Plan, State, load
from .train import run
from .weights import load_model


def log(line: str) -> None:
    """Print at once, also when the output goes to a file."""
    print(line, flush=True)


def checkpoint_of(args: argparse.Namespace) -> Path:
    """Return the checkpoint's place: as told, or below `target/`, which git ignores."""
    return args.checkpoint or Path("target/training") / f"{args.out.stem}.ckpt"


def split(pairs: list[Pair], args: argparse.Namespace) -> tuple[list[Pair], dict[str, list[Pair]]]:
    """Return the pairs to learn from, and the sets to measure on.

    These are the folders given for it, or else the first few pairs, which reading has shuffled.
    """
    kept = 0 if args.eval else args.hold_out
    if not args.eval and kept < 1:
        raise ValueError("without --eval, at least one picture must be held out")
    if len(pairs) <= kept:
        raise ValueError(f"{len(pairs)} usable pictures are too few to learn from, with {kept} held out")
    sets = read_evaluation(args.eval, args.scale) if args.eval else {"held-out": pairs[:kept]}
    return pairs[kept:], sets


def hardware(device: torch.device) -> str:
    """Return what training runs on, in words."""
    if device.type == "cuda":
        return f"one {torch.cuda.get_device_name(device)}"
    threads = torch.get_num_threads()
    return "one CPU thread" if threads == 1 else f"{threads} CPU threads"


def about(args: argparse.Namespace) -> About:
    """Return what the caller says of the model."""
    return About(args.title or args.out.stem, args.summary, args.data_note, args.licence)


def train(args: argparse.Namespace) -> None:
    """Train, then export what was trained."""
    plan = Plan(**{name: getattr(args, name) for name in Plan.__dataclass_fields__})
    device = torch.device(args.device)
    reading = read_folder(args.data, plan.scale, plan.crop, args.memory * 2**30, plan.seed)
    log(f"{args.data}: {reading.report()}")
    pairs, sets = split(reading.pairs, args)
    facts = Facts(len(pairs), megapixels(pairs), hardware(device))
    checkpoint = checkpoint_of(args)
    state = load(checkpoint, device, plan, facts) if args.resume else State(plan, facts, device)
    log(f"{state.network.parameter_count()} parameters on {device}, from iteration {state.step}")
    if args.compile:
        state.detail = torch.compile(state.network.detail)

    def measure(state: State) -> str:
        return glance(sets, state.average, plan.scale)

    run(state, pairs, checkpoint, args.save_every, args.report_every, log, measure)
    log(export(state, sets, args.out, about(args)))


def evaluate(args: argparse.Namespace) -> None:
    """Print, and with `--json` write, the scores of a model file."""
    network = load_model(args.model).to(args.device)
    sets = read_evaluation(args.folders, network.scale)
    scores = [score(name, pairs, network, network.scale) for name, pairs in sets.items()]
    log(table(scores))
    if args.json:
        args.json.write_text(json.dumps([s.as_dict() for s in scores], indent=2) + "\n")


def export_checkpoint(args: argparse.Namespace) -> None:
    """Export the averaged weights of a checkpoint as they stand."""
    state = load(checkpoint_of(args), torch.device(args.device))
    sets = read_evaluation(args.eval, state.plan.scale)
    log(export(state, sets, args.out, about(args)))


def compare_pictures(args: argparse.Namespace) -> None:
    """Print how far PyTorch and lenslet are apart on each picture."""
    for difference in compare(args.model, args.pictures, args.lenslet):
        log(str(difference))


def convert_files(args: argparse.Namespace) -> None:
    """Write the model file of another program's files and say what it holds."""
    log(convert(args.inputs, args.out, args.scale))


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; mistakes of the caller end with one line and status 1."""
    args = parser().parse_args(argv)
    torch.backends.cudnn.benchmark = True
    commands = {
        "train": train,
        "evaluate": evaluate,
        "export": export_checkpoint,
        "compare": compare_pictures,
        "convert": convert_files,
    }
    try:
        commands[args.command](args)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
