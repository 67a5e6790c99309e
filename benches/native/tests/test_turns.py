"""How peers take their turns."""

import json
import subprocess
import sys
from pathlib import Path

import ncnn
import numpy as np
import pytest
import torch

from benches.native import ncnn_peer, turns
from training.networks.compact import Compact

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("module", ["ncnn_peer", "torch_peer"])
def test_a_peer_answers_each_line(module: str, network: Compact, weights: Path, tmp_path: Path) -> None:
    """It writes what the network makes of the picture, says what it is, and runs when asked."""
    pixels = np.random.default_rng(2).integers(64, 192, (6, 7, 3), np.uint8)
    picture, output = tmp_path / "picture.ppm", tmp_path / "made.rgb"
    picture.write_bytes(b"P6\n7 6\n255\n" + pixels.tobytes())
    options = ["--device", "cpu", "--precision", "fp32", "--threads", "1"]
    files = ["--weights", str(weights), "--picture", str(picture), "--output", str(output)]
    command = [sys.executable, "-m", f"benches.native.{module}", *options, *files]
    done = subprocess.run(command, input="\n\n", capture_output=True, text=True, check=True, cwd=ROOT)

    ready, *runs = [json.loads(line) for line in done.stdout.splitlines()]
    assert ready["adapter"] == "1 threads"
    assert len(runs) == 2
    assert all(run["milliseconds"] > 0 for run in runs)
    made = np.frombuffer(output.read_bytes(), np.uint8).reshape(24, 28, 3).astype(int)
    planes = network(torch.from_numpy(turns.planes_of(pixels))[None])[0].clamp(0, 1) * 255
    assert np.abs(made - planes.permute(1, 2, 0).numpy()).max() < 1


def test_a_peer_that_cannot_run_says_why(weights: Path, tmp_path: Path) -> None:
    """It ends in peace, because the others go on without it."""
    if torch.cuda.is_available():
        pytest.skip("here PyTorch has a CUDA device")
    options = ["--device", "cuda", "--precision", "fp16", "--threads", "1"]
    picture = tmp_path / "picture.ppm"
    picture.write_bytes(b"P6\n1 1\n255\n   ")
    files = ["--weights", str(weights), "--picture", str(picture), "--output", str(tmp_path / "made.rgb")]
    command = [sys.executable, "-m", "benches.native.torch_peer", *options, *files]
    done = subprocess.run(command, input="\n", capture_output=True, text=True, check=True, cwd=ROOT)
    assert json.loads(done.stdout) == {"unavailable": "PyTorch finds no CUDA device"}


def test_pictures_may_begin_with_any_byte(tmp_path: Path) -> None:
    """The bytes of a space or a line break are pixels behind the header."""
    file = tmp_path / "picture.ppm"
    file.write_bytes(b"P6\n2 1\n255\n \n\t\r \n")
    assert turns.read_ppm(file).tobytes() == b" \n\t\r \n"
    file.write_bytes(b"P5\n2 1\n255\n  ")
    with pytest.raises(ValueError, match="not a binary PPM"):
        turns.read_ppm(file)


def test_bytes_are_rounded_to_nearest() -> None:
    """They are cut off at black and white."""
    planes = np.array([-1, 0, 0.4 / 255, 0.6 / 255, 1, 2], np.float32).reshape(3, 1, 2)
    assert turns.bytes_of(planes) == bytes([0, 0, 255, 0, 1, 255])


def test_cooperative_matrices_are_turned_off_and_nothing_else() -> None:
    """It works once, since then memory no longer looks as it must; what Python sees stays as it was."""
    option = ncnn.Net().opt
    names = [name for name in dir(option) if name.startswith("use_")]
    before = [getattr(option, name) for name in names]
    ncnn_peer.without_cooperative_matrices(option)
    assert [getattr(option, name) for name in names] == before
    with pytest.raises(turns.UnavailableError):
        ncnn_peer.without_cooperative_matrices(option)
