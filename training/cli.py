"""The commands of `python -m training`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Sequence
from importlib import import_module

# What each command does; `commands/` has a module of its name with `add_arguments` and `run`.
COMMANDS = {
    "train": "train a network on folders of pictures and export it",
    "pages": "draw pages of text and graphics to learn from",
    "sheet": "draw a contact sheet of what happens to small pictures",
    "evaluate": "measure a model file on folders of pictures",
    "report": "measure classical filters and all models of a folder",
    "trade": "set closeness beside work and time, as a table and a plot",
    "crops": "draw pieces of pictures side by side, for a card",
    "blind": "have a person judge two methods without knowing which is which",
    "export": "export a checkpoint as it stands",
    "mix": "interpolate the weights of two model files",
    "plot": "draw how runs went",
    "compare": "compare PyTorch and lenslet on pictures",
    "quantise": "put listed models and their sliders into 8 bits",
    "convert": "turn ncnn or ONNX files into a model file",
}


class Parser(argparse.ArgumentParser):
    """Takes options from a file too, named as @FILE: any number on a line, # begins a comment."""

    def convert_arg_line_to_args(self, arg_line: str) -> list[str]:
        """Return the words of a line of such a file."""
        return shlex.split(arg_line, comments=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; mistakes of the caller end with one line and status 1."""
    words = sys.argv[1:] if argv is None else argv
    top = Parser(
        prog="python -m training",
        description="Train, measure, export, compare and convert enlarging networks.",
        fromfile_prefix_chars="@",
    )
    commands = top.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, fromfile_prefix_chars="@")
        # Only the one that is asked for is loaded: each needs packages that the others do without.
        if name in words[:1]:
            module = import_module(f".commands.{name}", __package__)
            module.add_arguments(command)
    args = top.parse_args(words)
    try:
        module.run(args)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
