"""Sharing a batch between processes."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from training.cli import main
from training.learn.distributed import own_crops
from training.learn.state import load

OPTIONS = "--scale 2 --width 4 --depth 2 --iterations 6 --batch 4 --crop 12 --hold-out 2 --device cpu".split()


def test_one_process_has_the_whole_batch() -> None:
    """And needs no others."""
    assert own_crops(6) == range(6)


def test_two_processes_learn_what_one_would(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the same crops, but for rounding; only the first writes."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")

    def options(name: str) -> list[str]:
        out, checkpoint = tmp_path / name / "made.safetensors", tmp_path / f"{name}.ckpt"
        return [
            "train",
            "--data",
            str(folder),
            "--out",
            str(out),
            "--checkpoint",
            str(checkpoint),
            "--cache",
            str(tmp_path),
            *OPTIONS,
        ]

    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    ran = subprocess.run([*launcher, "-m", "training", *options("two")], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert main(options("one")) == 0
    assert ran.stdout.count("6/6 loss") == 1
    one, two = (load(tmp_path / f"{name}.ckpt", torch.device("cpu")) for name in ("one", "two"))
    assert two.facts.hardware == "2 CPU threads"
    for name, tensor in one.network.state_dict().items():
        assert torch.allclose(tensor, two.network.state_dict()[name], atol=1e-4), name
