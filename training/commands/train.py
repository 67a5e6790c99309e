"""`train`: learns from folders of pictures and writes the model."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from ..data.cache import read_cached
from ..data.patches import Source
from ..data.pictures import Pair, megapixels
from ..degradation import add_options as add_degradation
from ..degradation import from_args as degradation_from
from ..learn.distributed import is_first, join, leave, processes
from ..learn.plan import Facts, Plan
from ..learn.state import State, load
from ..learn.train import Habits
from ..learn.train import run as run_training
from ..measure.evaluate import glance, read_evaluation
from ..networks.trainable import parameter_count
from ..release.export import export
from ..release.weights import read_tensors
from .common import about, add_device, add_output, checkpoint_of, log

PLAN_HELP = {
    "architecture": "kind of network: compact, span or srcnn",
    "width": "channels of each inner convolution",
    "depth": "number of inner convolutions",
    "scale": "enlarging factor, 1 to 4",
    "iterations": "batches to learn from, in all",
    "batch": "crops in a batch",
    "crop": "side of a crop, in small pixels",
    "patches": "patches to hold at a time, which crops are cut from",
    "fresh": "patches that are replaced with each batch",
    "zoom": "shrink pictures by up to that before they are cut, half of the time; 1 never does",
    "recolour": "chance that red, green and blue change places",
    "rate": "learning rate at the start",
    "optimiser": "muon or adam",
    "ema": "share that the running average of the weights keeps at each iteration",
    "seed": "of the first weights, the order of pictures and the crops",
    "pixel": "loss of single values: l1, l2 or charbonnier",
    "squared": "share of the iterations after which that loss is l2, which PSNR rewards",
    "colour": "weight of the difference of Cb and Cr",
    "frequency": "weight of the difference of spectra",
    "artifacts": "weight of errors that look like artifacts",
    "adversarial": "weight of not looking true to a discriminator",
    "matching": "weight of the difference in the discriminator's features",
    "discriminator": "channels that the discriminator begins with",
    "sharpen": "unsharp masks of the originals that pixels and features are compared with",
    "grain": "deviation, of 255, of the grain that these originals lose before",
    "perceptual": "weight of the difference in features of a network trained on photographs",
    "critic": "gradients of not looking true to a critic of those features, as a share of the features' own",
    "grid": "weight of the lines that a pixel shuffle leaves in the spectrum",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options, those of the plan and of the degradation included."""
    add = parser.add_argument
    add("--data", type=Path, nargs="+", required=True, help="folders of pictures to learn from")
    add("--shares", type=float, nargs="+", help="of the crops, one for each folder (default: equal ones)")
    add("--upright", type=Path, nargs="+", default=[], help="those never turned or mirrored: pages of text")
    add("--eval", type=Path, nargs="+", default=[], help="folders to measure on; never learned from")
    add("--hold-out", type=int, default=8, help="without --eval, pictures kept apart (default: %(default)s)")
    add_output(parser)
    for name, text in PLAN_HELP.items():
        default = getattr(Plan(), name)
        add(f"--{name}", type=type(default), default=default, help=f"{text} (default: %(default)s)")
    add("--start", type=Path, help="model file to start from, of the same depth and no wider")
    add("--resume", action="store_true", help="go on from the checkpoint")
    add("--cache", type=Path, default=Path("target/training/cache"), help="where read pictures are kept")
    add("--memory", type=float, default=8, help="GiB of pictures to hold (default: %(default)s)")
    add("--save-every", type=int, default=2000, help="iterations between checkpoints (default: %(default)s)")
    add("--report-every", type=int, default=200, help="iterations between lines (default: %(default)s)")
    add("--workers", type=int, default=0, help="processes that make patches ahead (default: %(default)s)")
    add("--minutes", type=float, default=0, help="end after this many minutes, whatever --iterations says")
    add("--compile", action="store_true", help="compile the network; needs a C compiler")
    add_device(parser)
    add_degradation(parser)


def read_sources(args: argparse.Namespace) -> tuple[list[Source], dict[str, list[Pair]]]:
    """Return the pictures to learn from, folder by folder, and the sets to measure on.

    These are the folders given for it, or else the first few pairs, which reading has shuffled.
    """
    shares = args.shares or [1.0] * len(args.data)
    if len(shares) != len(args.data) or min(shares) <= 0:
        raise ValueError("--shares takes one positive number for each folder of --data")
    if not set(args.upright) <= set(args.data):
        raise ValueError("--upright takes folders of --data")
    kept = 0 if args.eval else args.hold_out
    if not args.eval and kept < 1:
        raise ValueError("without --eval, at least one picture must be held out")
    memory = args.memory * 2**30 / len(args.data)
    sources, held_out = [], []
    for folder, share in zip(args.data, shares, strict=True):
        reading = read_cached(folder, (args.scale, args.crop, memory, args.seed), args.cache)
        log(f"{folder}: {reading.report()}")
        if len(reading.pairs) <= kept:
            found = len(reading.pairs)
            raise ValueError(
                f"{found} usable pictures in {folder} are too few to learn from, with {kept} held out"
            )
        held_out += reading.pairs[:kept]
        sources.append(Source(reading.pairs[kept:], share, folder in args.upright))
    return sources, read_evaluation(args.eval, args.scale) if args.eval else {"held-out": held_out}


def hardware(device: torch.device) -> str:
    """Return what training runs on, in words."""
    count = processes()
    if device.type == "cuda":
        return f"{count} x {torch.cuda.get_device_name(device)}"
    threads = torch.get_num_threads() * count
    return "one CPU thread" if threads == 1 else f"{threads} CPU threads"


def run(args: argparse.Namespace) -> None:
    """Train, then export what was trained."""
    plan = Plan(**{name: getattr(args, name) for name in PLAN_HELP}, degradation=degradation_from(args))
    device = join(torch.device(args.device))
    if args.minutes and processes() > 1:
        raise ValueError("--minutes is for one process: several would each end at another iteration")
    torch.backends.cudnn.benchmark = True
    sources, sets = read_sources(args)
    pairs = [pair for source in sources for pair in source.pairs]
    tensors, header = read_tensors(args.start) if args.start else (None, {})
    before = f"{args.start.stem} ({header.get('training', 'unknown')})" if args.start else ""
    facts = Facts(len(pairs), megapixels(pairs), hardware(device), before)
    checkpoint = checkpoint_of(args)
    state = load(checkpoint, device, plan, facts) if args.resume else State(plan, facts, device, tensors)
    log(f"{parameter_count(state.network)} parameters on {device}, from iteration {state.step}")
    if args.compile:
        state.compile()

    def measure(state: State) -> dict[str, float]:
        return glance(sets, state.average, plan.scale)

    habits = Habits(checkpoint, args.save_every, args.report_every, args.workers, args.minutes)
    run_training(state, sources, habits, log if is_first() else lambda line: None, measure)
    if is_first():
        log(export(state, sets, args.out, about(args)))
    leave()
