"""The command `compare`, with a stand-in for lenslet."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.cli import main
from training.data.pictures import read_rgb
from training.measure.evaluate import enlarge
from training.release.weights import load_model
from training.tests.conftest import drawn_picture

MODEL = Path(__file__).parents[2] / "tests/golden/torch/plain.pth"


def stand_in(folder: Path, body: str) -> str:
    """Return a command that checks its options and then runs `body`, which may use `picture` and `out`."""
    script = folder / "lenslet"
    script.write_text(f"""#!{sys.executable}
import shutil, sys
upscale, model, file, backend, cpu, o, out, picture = sys.argv[1:]
assert (upscale, model, file) == ("upscale", "--model", {str(MODEL)!r}), sys.argv
assert (backend, cpu, o) == ("--backend", "cpu", "-o"), sys.argv
{body}
""")
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Return a small picture, with what PyTorch makes of it beside it as `large.png`, changed in places."""
    small = drawn_picture(1, side=12)
    large = enlarge(load_model(MODEL), small).astype(int)
    large[3, 4] += np.where(large[3, 4] > 100, -5, 5)
    large[6, 7, 1] += 1 if large[6, 7, 1] < 255 else -1
    Image.fromarray(large.astype(np.uint8)).save(tmp_path / "large.png")
    Image.fromarray(small).save(tmp_path / "small.png")
    return tmp_path / "small.png"


def test_differences_are_printed(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three values are 5 off and one is 1 off, of 24 * 24 * 3."""
    lenslet = stand_in(tmp_path, f"shutil.copy({str(tmp_path / 'large.png')!r}, out)")
    assert main(["compare", "--model", str(MODEL), "--lenslet", lenslet, str(picture), str(picture)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == 2 * [f"{picture}: largest difference 5, mean {16 / 1728:.4f} of 255"]


def test_what_goes_wrong_is_said(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line: the command's own words, another size, no such command."""
    command = ["compare", "--model", str(MODEL), str(picture), "--lenslet"]
    assert main([*command, stand_in(tmp_path, "sys.exit('no model')")]) == 1
    assert f"failed on {picture}: no model" in capsys.readouterr().err
    assert main([*command, stand_in(tmp_path, "shutil.copy(picture, out)")]) == 1
    assert "enlarged to 12x12 and 24x24 by lenslet and PyTorch" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "nowhere")]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_transparent_pictures_are_read_as_rgb(tmp_path: Path) -> None:
    """Whatever the kind of the file."""
    Image.new("RGBA", (2, 3), (1, 2, 3, 4)).save(tmp_path / "a.png")
    assert read_rgb(tmp_path / "a.png").tolist() == 3 * [2 * [[1, 2, 3]]]
