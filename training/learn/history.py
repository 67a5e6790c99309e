"""How a run went: a table in a file beside its checkpoint, and a plot of one or several."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..release.weights import write_whole

# One report of a run: "step", mean "loss" since the one before, "seconds" so far, PSNR-Y in dB by set.
Report = dict[str, float]


def write_history(path: Path, history: list[Report]) -> None:
    """Write the reports of a run as CSV, one line each."""
    columns = list(dict.fromkeys(name for report in history for name in report))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_whole(path, text.getvalue().encode())


def read_history(path: Path) -> list[Report]:
    """Read what `write_history` wrote; raises ValueError for another kind of file."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"step", "loss", "seconds"} <= rows[0].keys():
        raise ValueError(f"{path} is not the history of a run")
    return [{name: float(value) for name, value in row.items() if value} for row in rows]


def plot(runs: dict[str, list[Report]], out: Path) -> None:
    """Draw loss and PSNR-Y over the iterations of runs by name, as .svg or .png."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "lenslet"
    from matplotlib import pyplot

    figure, (above, below) = pyplot.subplots(2, 1, sharex=True, figsize=(8, 7), layout="constrained")
    for name, history in runs.items():
        above.plot([r["step"] for r in history], [r["loss"] for r in history], label=name, linewidth=1)
        for which in dict.fromkeys(
            key for r in history for key in r if key not in ("step", "loss", "seconds")
        ):
            measured = [r for r in history if which in r]
            below.plot([r["step"] for r in measured], [r[which] for r in measured], label=f"{name}, {which}")
    above.set_ylabel("loss")
    above.set_yscale("log")
    below.set_ylabel("PSNR-Y, dB")
    below.set_xlabel("iterations")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        if axes.lines:
            axes.legend()
    figure.savefig(out, metadata={"Date": None} if out.suffix == ".svg" else None)
    pyplot.close(figure)
