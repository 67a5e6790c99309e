"""One command line option for every field of `Options`."""

from __future__ import annotations

import argparse
from dataclasses import replace

from .kinds import KINDS
from .options import Options, all_about


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add `--kind`, and for each field of `Options` an option that changes the kind, e.g. `--blur-sigma`."""
    group = parser.add_argument_group(
        "degradation", "what may happen to small pictures; each option changes one thing of the kind"
    )
    group.add_argument("--kind", choices=KINDS, default="clean", help="(default: %(default)s)")
    for name, about in all_about().items():
        group.add_argument(f"--{name.replace('_', '-')}", **about.argument())


def from_args(args: argparse.Namespace) -> Options:
    """Return the kind's options with those given in their place; raises ValueError for senseless ones."""
    given = {name: getattr(args, name) for name in all_about()}
    changed = {name: value for name, value in given.items() if value is not None}
    tuples = {name: tuple(value) if isinstance(value, list) else value for name, value in changed.items()}
    return replace(KINDS[args.kind], **tuples)


def to_words(options: Options) -> list[str]:
    """Return the command line words that give these options, from the kind that needs the fewest."""

    def changes(kind: str) -> list[str]:
        return [name for name in all_about() if getattr(options, name) != getattr(KINDS[kind], name)]

    nearest = min(KINDS, key=lambda kind: len(changes(kind)))
    words = ["--kind", nearest]
    for name in changes(nearest):
        value = getattr(options, name)
        values = value if isinstance(value, tuple) else (value,)
        words += [f"--{name.replace('_', '-')}", *(str(each) for each in values)]
    return words
