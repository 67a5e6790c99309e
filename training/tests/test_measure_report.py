"""The command `report`: what is measured, kept and written."""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from training.commands import report
from training.data.pictures import Pair
from training.data.resize import shrink
from training.measure.measurement import Measurement, digest, of_pictures
from training.measure.methods import classical, listed, of_model
from training.measure.report import BEGIN, END, place, table
from training.measure.results import Results
from training.networks.compact import Compact
from training.release.weights import encode, to_f16

from .conftest import drawn_picture


def write_models(folder: Path, *scales: int) -> None:
    """Write a tiny network for each scale, and the index."""
    folder.mkdir()
    models = []
    for scale in scales:
        torch.manual_seed(scale)
        tensors = {name: t.half() for name, t in Compact(4, 1, scale).state_dict().items()}
        (folder / f"tiny-x{scale}.safetensors").write_bytes(encode(tensors, {}))
        models.append({"name": f"tiny-x{scale}", "file": f"tiny-x{scale}.safetensors", "scale": scale})
    (folder / "index.json").write_text(json.dumps({"models": models}))


def arguments(*words: str | Path) -> argparse.Namespace:
    """Return the parsed options of `report`."""
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    return parser.parse_args([str(word) for word in words])


def measurement(title: str = "Set", **figures: float) -> Measurement:
    """Return one that gives the same figures for any method."""
    return Measurement(title, 4, title, tuple(figures) or ("PSNR-Y",), lambda method: figures)


def test_models_by_scale(tmp_path: Path) -> None:
    """In the order of the index, and each enlarges by its own network."""
    write_models(tmp_path / "models", 4, 2)
    models = listed(tmp_path / "models")
    assert {s: [m.name for m in some] for s, some in models.items()} == {2: ["tiny-x2"], 4: ["tiny-x4"]}
    pair = Pair("", drawn_picture(1), shrink(drawn_picture(1), 2))
    assert models[2][0].enlarge(pair).shape == (64, 64, 3)
    assert len({models[2][0].digest, models[4][0].digest, classical("bicubic").digest}) == 3


@pytest.mark.parametrize(("base", "default", "values"), [(0, 0.25, ("0.25", "1")), (1, 1, ("0",))])
def test_sliders_are_measured_where_they_begin_and_end(
    base: int, default: float, values: tuple[str, ...], tmp_path: Path
) -> None:
    """Besides the model as it is; a half moved slider mixes the weights, a wholly moved one replaces them."""
    write_models(folder := tmp_path / "models", 2)
    other = Compact(4, 1, 2).state_dict()
    (folder / "other.safetensors").write_bytes(encode(to_f16(other), {}))
    index = json.loads((folder / "index.json").read_text())
    slider = {"name": "grain", "file": "other.safetensors", "base": base, "end": 1 - base}
    slider["default"] = default
    index["models"][0]["sliders"] = [slider]
    (folder / "index.json").write_text(json.dumps(index))
    plain, *moved = listed(folder)[2]
    assert [method.name for method in moved] == [f"tiny-x2, grain {value}" for value in values]
    assert len({method.digest for method in (plain, *moved)}) == 1 + len(values)
    pair = Pair("", drawn_picture(1), shrink(drawn_picture(1), 2))
    end = of_model("other", folder / "other.safetensors")
    assert np.array_equal(moved[-1].enlarge(pair), end.enlarge(pair))
    assert not np.array_equal(moved[0].enlarge(pair), plain.enlarge(pair))


def test_broken_index(tmp_path: Path) -> None:
    """Is named."""
    (tmp_path / "index.json").write_text('{"models": [{"name": "one"}]}')
    with pytest.raises(ValueError, match=r"index\.json is not an index"):
        listed(tmp_path)


def test_only_new_things_are_measured(tmp_path: Path) -> None:
    """Neither a second time, nor after the file was read anew; other versions, sets and methods are new."""
    path = tmp_path / "below" / "results.json"
    log: list[str] = []
    one = measurement(**{"PSNR-Y": 30.0})
    for _ in range(2):
        results = Results(path, {"numpy": "1"})
        assert results.figures(classical("bicubic"), one, log.append) == {"PSNR-Y": 30.0}
    assert log == ["measuring bicubic on Set, 4 times"]
    results.figures(classical("lanczos"), one, log.append)
    results.figures(classical("bicubic"), measurement("Other"), log.append)
    Results(path, {"numpy": "2"}).figures(classical("bicubic"), one, log.append)
    assert len(log) == 4


def test_a_changed_model_is_new(tmp_path: Path) -> None:
    """Its digest is of the file."""
    write_models(tmp_path / "models", 2)
    path = tmp_path / "models/tiny-x2.safetensors"
    before = of_model("tiny", path).digest
    path.write_bytes(path.read_bytes() + b"\0")
    assert of_model("tiny", path).digest != before


def test_digest_is_of_all_that_counts() -> None:
    """Each pixel, small or large, and the figures wanted."""
    picture = drawn_picture(1)
    other = picture.copy()
    other[5, 5, 1] ^= 1
    digests = {
        digest([Pair("", a, b)], *more)
        for a, b, more in [
            (picture, picture, ()),
            (other, picture, ()),
            (picture, other, ()),
            (picture, picture, ("x",)),
        ]
    }
    assert len(digests) == 4


def test_damaged_results(tmp_path: Path) -> None:
    """Are named."""
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        Results(tmp_path / "results.json", {})


def test_infinity_is_not_kept(tmp_path: Path) -> None:
    """The original's PSNR: JSON has no word for it, and the table a dash."""
    one = measurement(**{"PSNR-Y": float("inf"), "SSIM-Y": 1.0})
    figures = Results(tmp_path / "results.json", {}).figures(classical("bicubic"), one, lambda line: None)
    assert figures == {"SSIM-Y": 1.0}
    assert table(one, [("original", figures)]).splitlines()[-1] == "| original | - | 1.0000 |"


def test_table() -> None:
    """Each figure with its unit and as many places as mean something."""
    one = measurement(**{"PSNR-Y": 0.0, "SSIMULACRA2": 0.0, "NIQE": 0.0, "8 px": 0.0})
    rows = [("lanczos", {"PSNR-Y": 28.426, "SSIMULACRA2": -3.14, "NIQE": 5.678, "8 px": 1.24})]
    assert table(one, rows).splitlines() == [
        "| Method | PSNR-Y | SSIMULACRA2 | NIQE | 8 px |",
        "|---|---:|---:|---:|---:|",
        "| lanczos | 28.43 dB | -3.1 | 5.68 | 1.2 % |",
    ]


def test_place(tmp_path: Path) -> None:
    """The report replaces the one before it and nothing else; a file without one gets it at its end."""
    path = tmp_path / "README.md"
    place(path, "first\n")
    assert path.read_text() == f"{BEGIN}\nfirst\n{END}\n"
    path.write_text(f"# Models\n\n{path.read_text()}\nAfterwards.\n")
    place(path, "second\n")
    assert path.read_text() == f"# Models\n\n{BEGIN}\nsecond\n{END}\n\nAfterwards.\n"
    path.write_text("# Models\n")
    place(path, "third\n")
    assert path.read_text() == f"# Models\n\n{BEGIN}\nthird\n{END}\n"


@pytest.mark.parametrize("content", [BEGIN, END, f"{END}\n{BEGIN}"])
def test_place_refuses_broken_markers(tmp_path: Path, content: str) -> None:
    """Rather than lose text."""
    (tmp_path / "README.md").write_text(content)
    with pytest.raises(ValueError, match="only one of the lines"):
        place(tmp_path / "README.md", "report\n")
    assert (tmp_path / "README.md").read_text() == content


def test_report(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All methods on all sets for each scale; then the command, without folders above, and versions."""
    monkeypatch.setattr(report, "NEEDED", {"PSNR-Y": (), "SSIM-Y": (), "NIQE": ("no-such-package",)})
    write_models(tmp_path / "models", 1, 2)
    out, results = tmp_path / "docs/REPORT.md", tmp_path / "results.json"
    peer = shutil.copy(tmp_path / "models" / "tiny-x2.safetensors", tmp_path / "peer.safetensors")
    words = (
        "--models",
        tmp_path / "models",
        "--clean",
        folder,
        "--photos",
        folder,
        "--beside",
        peer,
        "--out",
        out,
        "--results",
        results,
    )
    log: list[str] = []
    report.run(arguments(*words, "--device", "cpu"), log.append)
    assert log[0] == "left out: NIQE needs no-such-package: python -m pip install no-such-package"
    text = out.read_text()
    # At scale 1 there are degraded pictures alone.
    assert text.count("pictures, clean, 6 pictures:") == 1 and text.count("damage, 6 crops:") == 4
    assert text.count("| bicubic |") == text.count("| lanczos |") == text.count("| original |") == 5
    assert text.count("| tiny-x1 |") == 2 and text.count("| tiny-x2 |") == 3
    # Files of others stand beside models of their scale.
    assert text.count("| peer |") == 3 and text.index("### Scale 2") < text.index("| peer |")
    assert text.index("### Scale 1") < text.index("| tiny-x1 |") < text.index("### Scale 2")
    assert (
        "python -m training report --models models --clean pictures --photos pictures "
        "--beside peer.safetensors --out docs/REPORT.md" in text
    )
    assert str(tmp_path) not in text and f"numpy {np.__version__}" in text
    measured = len([line for line in log if line.startswith("measuring")])
    assert measured == 20  # The peer is the same file as tiny-x2, which is measured once.
    report.run(arguments(*words, "--device", "cpu"), log.append)
    assert len([line for line in log if line.startswith("measuring")]) == measured
    assert out.read_text() == text


def test_report_needs_something_to_measure_on(tmp_path: Path) -> None:
    """And says so before anything else."""
    with pytest.raises(ValueError, match="nothing to measure on"):
        report.run(arguments("--models", tmp_path, "--out", tmp_path / "README.md"))


def test_text_needs_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was asked for, so it is not left out in silence."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="measuring text needs tesseract"):
        report.run(arguments("--models", tmp_path, "--text", "--out", tmp_path / "README.md"))


def test_digest_of_pictures_follows_the_metrics() -> None:
    """A package installed later is a reason to measure again."""
    pair = Pair("", drawn_picture(1), drawn_picture(1))
    some, more = (of_pictures("Set", [pair], 4, list(names)) for names in (["PSNR-Y"], ["PSNR-Y", "NIQE"]))
    assert some.digest != more.digest
