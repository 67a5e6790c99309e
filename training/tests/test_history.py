"""The table of a run, and its plot."""

from pathlib import Path

import pytest

from training.cli import main
from training.learn.history import read_history, write_history

HISTORY = [
    {"step": 10, "loss": 0.5, "seconds": 1.5},
    {"step": 20, "loss": 0.25, "seconds": 3.0, "Set5": 30.5},
]


def test_a_history_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Also where only some reports have a measurement."""
    write_history(tmp_path / "run.csv", HISTORY)
    assert (tmp_path / "run.csv").read_text().startswith("step,loss,seconds,Set5\n10,0.5,1.5,\n")
    assert read_history(tmp_path / "run.csv") == HISTORY


def test_the_plot_shows_each_run_and_set(tmp_path: Path) -> None:
    """The same histories give the same bytes."""
    for name in ("one", "other"):
        write_history(tmp_path / f"{name}.csv", HISTORY)
    files = [str(tmp_path / f"{name}.csv") for name in ("one", "other")]
    pictures = []
    for number in range(2):
        out = tmp_path / f"{number}.svg"
        assert main(["plot", *files, "--out", str(out)]) == 0
        pictures.append(out.read_text())
    assert pictures[0] == pictures[1]
    for label in ("one, Set5", "other, Set5", "loss", "PSNR-Y, dB"):
        assert f"<!-- {label} -->" in pictures[0]


def test_other_files_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name."""
    (tmp_path / "list.csv").write_text("a,b\n1,2\n")
    assert main(["plot", str(tmp_path / "list.csv"), "--out", str(tmp_path / "x.svg")]) == 1
    assert "list.csv is not the history of a run" in capsys.readouterr().err
