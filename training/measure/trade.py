"""Closeness against work and time, as a table and a plot."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..data.pictures import Pair
from .evaluate import compare
from .methods import Method
from .packages import require

CLOSENESS, WORK, TIME = "PSNR-Y in dB", "GFLOP per LR megapixel", "seconds per LR megapixel"


@dataclass(frozen=True)
class Point:
    """A model's mean PSNR-Y in dB on each set, its GFLOP and its seconds per LR megapixel."""

    name: str
    psnr: dict[str, float]
    gflop: float
    seconds: float


def closeness(method: Method, sets: dict[str, list[Pair]], scale: int) -> dict[str, float]:
    """Return the mean PSNR-Y of a method on each set."""
    return {
        name: float(np.mean([compare(pair.large, method.enlarge(pair), scale)[0] for pair in pairs]))
        for name, pairs in sets.items()
    }


def table(points: list[Point], bicubic: dict[str, float], where: str) -> str:
    """Return the points as a Markdown table, bicubic first, and `where` the times were taken."""
    sets = list(bicubic)
    lines = [f"| Model | {WORK} | {TIME} | " + " | ".join(f"PSNR-Y on {name}" for name in sets) + " |"]
    lines.append("|---|" + "---:|" * (2 + len(sets)))
    for name, work, time, psnr in [
        ("bicubic", "-", "-", bicubic),
        *((p.name, f"{p.gflop:,.0f}", f"{p.seconds:.2f}", p.psnr) for p in points),
    ]:
        lines.append(f"| {name} | {work} | {time} | " + " | ".join(f"{psnr[s]:.2f} dB" for s in sets) + " |")
    return "\n".join([*lines, "", f"Time taken by `lenslet bench --backend cpu`, {where}."])


def plot(path: Path, points: list[Point], bicubic: dict[str, float]) -> None:
    """Write an SVG with a row for each set; the same points give the same file.

    Raises ValueError where matplotlib is missing.
    """
    require("matplotlib", "the plot")
    import matplotlib
    from matplotlib.figure import Figure

    # A fixed salt and no date keep the file the same; text as text keeps it small.
    with matplotlib.rc_context({"svg.hashsalt": "lenslet", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 3.6 * len(bicubic)), layout="constrained")
        grid = figure.subplots(len(bicubic), 2, sharey="row", squeeze=False)
        for row, name in zip(grid, bicubic, strict=True):
            for axes, label, values in (
                (row[0], WORK, [p.gflop for p in points]),
                (row[1], TIME, [p.seconds for p in points]),
            ):
                axes.axhline(bicubic[name], linestyle="--", color="grey", label="bicubic")
                axes.plot(values, [p.psnr[name] for p in points], "o")
                for point, value in zip(points, values, strict=True):
                    at = (value, point.psnr[name])
                    axes.annotate(point.name, at, xytext=(0, 5), textcoords="offset points", ha="center")
                axes.set(xscale="log", xlabel=label)
                axes.margins(0.2)
            row[0].set_ylabel(f"{CLOSENESS}, {name}")
            row[0].legend(loc="lower right")
        figure.savefig(path, format="svg", metadata={"Date": None})
