"""`blind`: has a person judge two methods' results without knowing which is which."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from ..data.pictures import Pair
from ..degradation import KINDS
from ..degradation.measured import degraded_crops
from ..measure.blind import contestant, enlarged, listed_pictures, of_unknown_original, sheet, sides
from ..measure.measurement import digest
from ..measure.methods import Method
from ..measure.verdicts import Verdict, parse_choice, read_verdicts, tally
from ..release.weights import write_whole
from .common import add_device, log


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `blind`."""
    add = parser.add_argument
    what = "model file, two as FILE+OTHER:SHARE, classical filter, or folder of finished results"
    add("a", metavar="A", help=what)
    add("b", metavar="B", help="what to compare it with, likewise")
    add("pictures", type=Path, nargs="+", metavar="PICTURE", help="LR picture, or folder of them")
    add("--out", type=Path, required=True, help="folder for sheets/, to judge by, and key.json")
    add("--scale", type=int, default=4, help="how much is enlarged (default: %(default)s)")
    add("--seed", type=int, default=1, help="of the sides, and of --hr's crops (default: %(default)s)")
    add("--hr", action="store_true", help="the pictures are HR: make LR crops of them, as --kind says")
    add("--kind", choices=KINDS, default="light", help="how, with --hr (default: %(default)s)")
    add("--verdicts", type=Path, help="file of verdicts (default: asked for on a terminal, kept in --out)")
    add_device(parser)


def read_pairs(args: argparse.Namespace) -> list[Pair]:
    """Return the pictures to judge by."""
    paths = listed_pictures(args.pictures)
    if args.hr:
        return degraded_crops(paths, args.scale, [args.seed], KINDS[args.kind])
    return [of_unknown_original(path, args.scale) for path in paths]


def draw_sheets(folder: Path, pairs: list[Pair], methods: tuple[Method, Method], a_left: list[bool]) -> None:
    """Write the sheets that are not there yet, as 001.png and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (pair, in_order) in enumerate(zip(pairs, a_left, strict=True), start=1):
        path = sheet_path(folder, number)
        if not path.exists():
            left, right = (enlarged(method, pair) for method in (methods if in_order else methods[::-1]))
            whole = path.with_suffix(".part")
            sheet(number, left, right).save(whole, "PNG")
            whole.replace(path)


def sheet_path(folder: Path, number: int) -> Path:
    """Return the place of a sheet."""
    return folder / f"{number:03}.png"


def ask(path: Path, folder: Path, numbers: list[int]) -> None:
    """Ask for verdicts on the terminal, until its input ends, and add each to the file at once."""
    left = numbers[::-1]
    while left:
        try:
            text = input(f"{sheet_path(folder, left[-1])}: left, right or none, and why? ")
            verdict = Verdict(left[-1], *parse_choice(text))
        except ValueError as error:
            log(str(error))
            continue
        except EOFError:
            return
        with path.open("a", encoding="utf-8") as file:
            file.write(verdict.line() + "\n")
        left.pop()


def missing_from(verdicts: dict[int, Verdict], count: int) -> list[int]:
    """Return which of the sheets 1 to `count` are not judged."""
    return [number for number in range(1, count + 1) if number not in verdicts]


def run(args: argparse.Namespace, log: Callable[[str], None] = log) -> None:
    """Draw what is to be judged, take the verdicts, and tally them once all are there.

    Raises OSError or ValueError for mistakes of the caller.
    """
    methods = contestant(args.a, args.device), contestant(args.b, args.device)
    pairs = read_pairs(args)
    a_left = sides(len(pairs), args.seed)
    key = {
        "a": methods[0].name,
        "b": methods[1].name,
        "digest": digest(pairs, *(method.digest for method in methods), str(args.seed)),
        "left": {
            f"{number} {pair.name}": "a" if in_order else "b"
            for number, (pair, in_order) in enumerate(zip(pairs, a_left, strict=True), start=1)
        },
    }
    path, folder = args.out / "key.json", args.out / "sheets"
    if path.exists() and json.loads(path.read_text("utf-8")) != key:
        raise ValueError(f"{args.out} holds sheets of other methods, pictures or seeds; give another --out")
    write_whole(path, (json.dumps(key, indent=1) + "\n").encode())
    draw_sheets(folder, pairs, methods, a_left)

    kept = args.verdicts or args.out / "verdicts.txt"
    if not args.verdicts:
        kept.touch()
        if sys.stdin.isatty():
            ask(kept, folder, missing_from(read_verdicts(kept, len(pairs)), len(pairs)))
    verdicts = read_verdicts(kept, len(pairs))
    if missing := missing_from(verdicts, len(pairs)):
        # A tally on the way would tell the judge, or tempt to stop when it looks good.
        log(
            f"{len(missing)} of {len(pairs)} sheets in {folder} are not judged yet: write lines of number, "
            f"left, right or none, and why, into {kept} and give the same command again"
        )
        return
    log(tally(list(verdicts.values()), a_left).text(methods[0].name, methods[1].name))
