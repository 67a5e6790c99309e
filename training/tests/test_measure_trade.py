"""The command `trade`: counted work, time of `lenslet`, table and plot."""

import argparse
import json
import re
import subprocess
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.commands import trade
from training.measure.conditions import commit, processor
from training.measure.trade import Point, plot, table
from training.measure.work import gflop_per_megapixel, seconds_per_megapixel
from training.networks.compact import Compact
from training.release.weights import encode


def program(path: Path, script: str) -> str:
    """Write a shell script in place of `lenslet`."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def bench(folder: Path) -> str:
    """Return a `lenslet` that tells a speed of a quarter megapixel a second, and keeps its arguments."""
    result = json.dumps({"input_megapixels_per_second": 0.25, "adapter": "2 threads"})
    return program(folder / "lenslet", f"echo \"$@\" > {folder}/arguments\necho '{result}'")


def write_model(path: Path, scale: int) -> Path:
    """Write a tiny network."""
    torch.manual_seed(1)
    path.write_bytes(encode({n: t.half() for n, t in Compact(4, 1, scale).state_dict().items()}, {}))
    return path


def arguments(*words: str | Path) -> argparse.Namespace:
    """Return the parsed options of `trade`."""
    parser = argparse.ArgumentParser()
    trade.add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


@pytest.mark.parametrize(("width", "depth", "scale"), [(32, 8, 4), (8, 2, 2), (4, 0, 1)])
def test_work_of_compact(width: int, depth: int, scale: int) -> None:
    """Its weights are all used once for each LR pixel."""
    weights = 27 * width + 9 * width * width * depth + 9 * width * 3 * scale**2
    assert gflop_per_megapixel(Compact(width, depth, scale)) == pytest.approx(2 * weights * 1e6 / 1e9)


def test_work_counts_groups_strides_and_functions() -> None:
    """Grouped convolutions have fewer weights, strided ones fewer pixels; functions count like modules."""

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.grouped = nn.Conv2d(3, 6, 1, groups=3)
            self.strided = nn.Conv2d(6, 2, 2, stride=2)

        def forward(self, small: Tensor) -> Tensor:
            return functional.conv2d(self.strided(self.grouped(small)), torch.ones(5, 2, 1, 1))

    per_pixel = 6 + 6 * 2 * 4 / 4 + 5 * 2 / 4
    assert gflop_per_megapixel(Network()) == pytest.approx(2 * per_pixel / 1e3)


def test_time_from_lenslet(tmp_path: Path) -> None:
    """A quarter megapixel a second is four seconds each; the command is asked as it must be."""
    assert seconds_per_megapixel(bench(tmp_path), Path("a.safetensors")) == (4.0, "2 threads")
    assert (tmp_path / "arguments").read_text() == "bench --model a.safetensors --backend cpu --json\n"


def test_lenslet_fails(tmp_path: Path) -> None:
    """Its own words are passed on."""
    with pytest.raises(ValueError, match=r"lenslet failed on a\.safetensors: no such file"):
        seconds_per_megapixel(
            program(tmp_path / "fails", "echo no such file >&2; exit 1"), Path("a.safetensors")
        )


def test_table_of_points() -> None:
    """Bicubic first, which costs next to nothing."""
    points = [Point("small", {"Set5": 31.006}, 176.8, 4.0)]
    assert table(points, {"Set5": 28.43}, "2 threads").splitlines()[2:] == [
        "| bicubic | - | - | 28.43 dB |",
        "| small | 177 | 4.00 | 31.01 dB |",
        "",
        "Time taken by `lenslet bench --backend cpu`, 2 threads.",
    ]


def test_conditions(tmp_path: Path) -> None:
    """The processor's own name, the commit, and a word where the code is not the commit's."""
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Some CPU\nmodel name\t: Some CPU\n")
    assert processor(tmp_path / "cpuinfo") == "Some CPU"
    assert commit(tmp_path) == "unknown"
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    assert re.fullmatch("[0-9a-f]{10}", commit(tmp_path))
    (tmp_path / "note.md").write_text("text")
    assert " " not in commit(tmp_path)
    (tmp_path / "code").write_text("code")
    assert commit(tmp_path).endswith(" with changes")


def test_plot_is_the_same_each_time(tmp_path: Path) -> None:
    """Byte for byte, and it names the models."""
    pytest.importorskip("matplotlib")
    points = [Point("small", {"Set5": 31.0}, 177.0, 4.0), Point("large", {"Set5": 32.0}, 900.0, 20.0)]
    for name in ("one.svg", "two.svg"):
        plot(tmp_path / name, points, {"Set5": 28.4})
    content = (tmp_path / "one.svg").read_bytes()
    assert content == (tmp_path / "two.svg").read_bytes()
    assert b">small<" in content and b">large<" in content and len(content) < 60_000


def test_trade(tmp_path: Path, folder: Path) -> None:
    """Plot and table are written, the table with the plot in it."""
    pytest.importorskip("matplotlib")
    model, out = write_model(tmp_path / "tiny.safetensors", 2), tmp_path / "docs/trade.svg"
    log: list[str] = []
    trade.run(arguments(model, "--clean", folder, "--lenslet", bench(tmp_path), "--out", out), log.append)
    assert out.read_bytes().startswith(b"<?xml")
    text = out.with_suffix(".md").read_text()
    assert "2 threads of " in text and f"commit {commit()}.\n" in text
    assert f"python -m training trade {model} --clean {folder} --lenslet" in text
    assert "(trade.svg)" in text and "| tiny | 1 | 4.00 |" in text and "PSNR-Y on pictures" in text


def test_scales_do_not_mix(tmp_path: Path, folder: Path) -> None:
    """Closeness can only be compared at one scale."""
    pytest.importorskip("matplotlib")
    models = [write_model(tmp_path / f"{scale}.safetensors", scale) for scale in (2, 4)]
    with pytest.raises(ValueError, match="enlarge 2 and 4 times"):
        trade.run(arguments(*models, "--clean", folder, "--out", tmp_path / "trade.svg"))
