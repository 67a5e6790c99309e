"""`report`: measures classical filters and all models of a folder, and writes it down."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from ..degradation import HALVES, degraded_pairs
from ..measure.evaluate import read_evaluation
from ..measure.measurement import NEEDED, Measurement, of_pictures, of_text
from ..measure.methods import Method, classical, listed, of_model, original
from ..measure.packages import require, version
from ..measure.report import Rows, place, render
from ..measure.results import Results
from ..measure.text import PRINTS, pages
from ..release.weights import load_model
from .common import add_device, log

VERSIONED = ("numpy", "pillow", "torch", "scipy", "ssimulacra2", "basicsr", "tesseract")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `report`."""
    add = parser.add_argument
    add("--models", type=Path, default=Path("models"), help="folder with index.json (default: %(default)s)")
    add(
        "--clean",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="folders to measure on, shrunk cleanly",
    )
    add("--photos", type=Path, nargs="+", default=[], metavar="DIR", help="folders to measure on, degraded")
    add(
        "--beside",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="weight files of others to measure beside, at their own scale",
    )
    add("--text", action="store_true", help="measure how well text can be read; needs tesseract")
    add("--out", type=Path, required=True, help="Markdown file to put the report into")
    place_of_results = Path("target/training/report.json")
    add(
        "--results",
        type=Path,
        default=place_of_results,
        help="figures kept between runs (default: %(default)s)",
    )
    add_device(parser)


def usable_metrics(log: Callable[[str], None]) -> list[str]:
    """Return the figures whose packages are installed, and say which are left out and why."""
    usable = []
    for metric, packages in NEEDED.items():
        try:
            for package in packages:
                require(package, metric)
            usable.append(metric)
        except ValueError as error:
            log(f"left out: {error}")
    return usable


def measurements(args: argparse.Namespace, scale: int, metrics: list[str]) -> list[Measurement]:
    """Return all that is to be measured at a scale; at scale 1 a clean picture leaves nothing to do."""
    out = []
    if scale > 1:
        for name, pairs in read_evaluation(args.clean, scale).items():
            out.append(of_pictures(f"{name}, clean, {len(pairs)} pictures", pairs, scale, metrics))
    for folder in args.photos:
        for half in HALVES:
            pairs = degraded_pairs(folder, scale, half)
            title = f"{folder.resolve().name}, {half} damage, {len(pairs)} crops"
            out.append(of_pictures(title, pairs, scale, metrics))
    if args.text:
        out.append(of_text({print_.name: pages(print_, scale) for print_ in PRINTS}, scale))
    return out


def rebuilt(args: argparse.Namespace) -> str:
    """Return the command with folders by their names alone, which do not tell of this machine."""
    words = ["python", "-m", "training", "report", "--models", args.models.resolve().name]
    for option in ("clean", "photos", "beside"):
        names = [folder.resolve().name for folder in getattr(args, option)]
        words += [f"--{option}", *names] if names else []
    words += ["--text"] if args.text else []
    return shlex.join([*words, "--out", f"{args.out.resolve().parent.name}/{args.out.name}"])


def run(args: argparse.Namespace, log: Callable[[str], None] = log) -> None:
    """Measure what is new and write the report; raises OSError or ValueError for mistakes of the caller."""
    if not (args.clean or args.photos or args.text):
        raise ValueError("nothing to measure on: give --clean, --photos or --text")
    if args.text:
        require("tesseract", "measuring text")
    metrics = usable_metrics(log)
    versions = {package: found for package in VERSIONED if (found := version(package))}
    results = Results(args.results, versions)
    sections: list[tuple[Measurement, Rows]] = []
    peers = [(load_model(file).scale, of_model(file.stem, file, args.device)) for file in args.beside]
    for scale, models in listed(args.models, args.device).items():
        beside = [method for its, method in peers if its == scale]
        methods: list[Method] = [classical("bicubic"), classical("lanczos"), *models, *beside, original()]
        for measurement in measurements(args, scale, metrics):
            rows = [(m.name, results.figures(m, measurement, log)) for m in methods]
            sections.append((measurement, rows))
    place(args.out, render(sections, rebuilt(args), versions))
    log(f"wrote {args.out}")
