"""The three commands from end to end, and the files they leave."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from training.cli import main
from training.data.pictures import read_folder
from training.learn.state import load
from training.measure.evaluate import enlarge
from training.networks.compact import Compact
from training.release.card import update_cards
from training.release.describe import duration
from training.release.weights import encode, load_model, to_f16

TINY = "--scale 2 --width 4 --depth 1 --iterations 12 --batch 2 --crop 12 --device cpu".split()


def places(folder: Path, out: Path) -> list[str]:
    """Return the options that say what to read and where to write."""
    written = ["--checkpoint", str(out.with_suffix(".ckpt")), "--cache", str(out.parent / "cache")]
    return ["--data", str(folder), "--out", str(out), *written]


def train(folder: Path, out: Path, *more: str) -> int:
    """Train a tiny network by the command."""
    return main(["train", *places(folder, out), *TINY, "--hold-out", "2", *more])


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> Path:
    """Return a tiny model trained by the command."""
    out = tmp_path / "models" / "tiny.safetensors"
    assert train(folder, out, "--title", "Tiny", "--data-note", "drawn here, CC0") == 0
    return out


def test_the_exported_file(model: Path) -> None:
    """Keys, types and header, and the averaged weights rounded to f16."""
    state = load(model.with_suffix(".ckpt"), torch.device("cpu"))
    with safe_open(model, "pt") as file:
        assert file.metadata() == {
            "format": "pt",
            "architecture": "Compact",
            "scale": "2",
            "title": "Tiny",
            "licence": "MIT OR Apache-2.0",
            "training": "4 pictures (0 megapixels), 12 iterations of 2 crops of 12x12 small pixels, L1 loss, "
            f"Muon, averaged weights, {duration(state.seconds)} on {state.facts.hardware}",
        }
        assert list(file.keys()) == sorted(state.average.state_dict())
        for name, tensor in state.average.state_dict().items():
            assert file.get_tensor(name).dtype == torch.float16
            assert file.get_tensor(name).equal(tensor.half())


def test_the_reloaded_model_gives_the_same_picture(model: Path, folder: Path) -> None:
    """As the averaged network with its weights rounded by hand."""
    network = load(model.with_suffix(".ckpt"), torch.device("cpu")).average
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.half().float())
    small = read_folder(folder, scale=2, smallest=12).pairs[0].small
    made = enlarge(load_model(model), small)
    assert made.shape == (64, 64, 3)
    assert np.array_equal(made, enlarge(network, small))


def test_index_and_card_are_updated_in_place(model: Path, folder: Path) -> None:
    """A second model is added; exporting the first again replaces its entry and card only."""
    assert train(folder, model.with_name("second.safetensors"), "--eval", str(folder)) == 0
    export = ["export", "--eval", str(folder), "--out", str(model), "--summary", "Now new."]
    assert main([*export, "--checkpoint", str(model.with_suffix(".ckpt")), "--device", "cpu"]) == 0
    models = json.loads(model.with_name("index.json").read_text())["models"]
    assert [entry["name"] for entry in models] == ["tiny", "second"]
    assert models[0] == {
        "name": "tiny",
        "file": "tiny.safetensors",
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "bytes": model.stat().st_size,
        "scale": 2,
        "purpose": "fidelity",
        "title": "tiny",
        "summary": "Now new.",
    }
    cards = model.with_name("README.md").read_text()
    assert [line for line in cards.splitlines() if line.startswith("#")] == [
        "# Models",
        "## tiny",
        "## second",
    ]
    assert "Now new." in cards
    assert "drawn here" not in cards
    assert "evaluate --model models/tiny.safetensors pictures" in cards


def test_a_card_keeps_what_stands_around_it(tmp_path: Path) -> None:
    """Text written by hand before and after a card survives."""
    readme = tmp_path / "README.md"
    update_cards(readme, "one", "first text\n")
    readme.write_text("before\n" + readme.read_text() + "after\n")
    update_cards(readme, "one", "second text\n")
    text = readme.read_text()
    assert text.startswith("before\n# Models")
    assert text.endswith("second text\n<!-- end of one -->\nafter\n")
    assert "first text" not in text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(29.4, "29 seconds"), (100, "2 minutes"), (7000, "117 minutes"), (9000, "2.5 hours")],
)
def test_durations_in_words(seconds: float, words: str) -> None:
    """Seconds, then minutes, from two hours on hours."""
    assert duration(seconds) == words


def test_evaluate_agrees_with_the_export(
    model: Path, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table is printed and the JSON holds the same figures."""
    capsys.readouterr()
    places = ["--model", str(model), "--json", str(tmp_path / "scores.json"), str(folder)]
    assert main(["evaluate", *places, "--device", "cpu"]) == 0
    (score,) = json.loads((tmp_path / "scores.json").read_text())
    assert (score["folder"], score["pictures"]) == ("pictures", 6)
    assert f"| {score['bicubic_psnr']:.2f} dB |" in capsys.readouterr().out
    assert 10 < score["bicubic_psnr"] < 40
    assert score["model_psnr"] != score["bicubic_psnr"]


def test_the_same_weights_give_the_same_bytes() -> None:
    """Whatever the order in which the official writer would put the metadata."""
    tensors, entries = to_f16(Compact(4, 1, 2).state_dict()), {key: key for key in "fbdace"}
    content = encode(tensors, entries)
    assert content == encode(tensors, entries)
    assert int.from_bytes(content[:8], "little") % 8 == 0
    order = [content.index(f'"{key}":'.encode()) for key in entries]
    assert order == sorted(order)


def test_weights_too_large_for_f16_are_refused() -> None:
    """Rather than shipped as infinities."""
    with pytest.raises(ValueError, match="big"):
        to_f16({"big": torch.tensor([1e6])})


def test_mistakes_end_with_one_line(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback for a missing folder, a damaged file and the like."""
    out, damaged = tmp_path / "x.safetensors", tmp_path / "damaged.safetensors"
    damaged.write_bytes(b"damaged")
    assert train(tmp_path / "nowhere", out) == 1
    assert "nowhere is not a folder" in capsys.readouterr().err
    assert train(folder, out, "--hold-out", "6") == 1
    assert "too few" in capsys.readouterr().err
    assert train(folder, out, "--hold-out", "0") == 1
    assert "at least one" in capsys.readouterr().err
    assert train(folder, out, "--eval", str(folder), str(folder)) == 1
    assert "two folders" in capsys.readouterr().err
    assert train(folder, out, "--resume") == 1
    assert "x.ckpt" in capsys.readouterr().err
    assert main(["evaluate", "--model", str(damaged), str(folder)]) == 1
    assert "not a sound safetensors file" in capsys.readouterr().err


def test_a_recipe_is_a_file_of_options(folder: Path, tmp_path: Path) -> None:
    """Several on a line, quoted words and comments; what follows on the command line counts more."""
    recipe = tmp_path / "recipe.txt"
    recipe.write_text(
        '# a recipe\n--width 4 --depth 1 --scale 2 --iterations 2\n--title "Two words"  # here too\n'
    )
    out = tmp_path / "models" / "made.safetensors"
    small = "--batch 2 --crop 12 --iterations 3".split()
    assert main(["train", f"@{recipe}", *places(folder, out), "--hold-out", "2", *small]) == 0
    (entry,) = json.loads(out.with_name("index.json").read_text())["models"]
    assert entry["title"] == "Two words"
    assert load(out.with_suffix(".ckpt"), torch.device("cpu")).step == 3


def test_a_run_that_starts_from_a_model_says_so(model: Path, folder: Path) -> None:
    """In the header of its file and in the card, with all that differs from the defaults."""
    out = model.with_name("second.safetensors")
    assert train(folder, out, "--start", str(model), "--kind", "mild", "--noise-chance", "0.5") == 0
    with safe_open(out, "pt") as file:
        assert "; started from tiny (4 pictures" in file.metadata()["training"]
    card = out.with_name("README.md").read_text().split("## second")[1]
    assert "--start tiny.safetensors" in card
    assert "`--kind mild --noise-chance 0.5`" in card
    assert "--width 4 --depth 1 --scale 2 --iterations 12 --batch 2 --crop 12" in card


def test_mixing_two_model_files(model: Path, tmp_path: Path) -> None:
    """Weights lie where the share says, and the header tells of it; other shapes and shares are refused."""
    end, out = tmp_path / "end.safetensors", tmp_path / "mixed.safetensors"
    own = load_model(model).state_dict()
    shifted = {name: tensor + 1 for name, tensor in own.items()}
    end.write_bytes(encode(to_f16(shifted), {"scale": "2", "training": "long"}))
    assert main(["mix", str(model), str(end), "--share", "0.25", "--out", str(out)]) == 0
    for name, tensor in load_model(out).state_dict().items():
        torch.testing.assert_close(tensor, own[name] + 0.25, atol=2e-3, rtol=0)
    with safe_open(out, "pt") as file:
        expected = "0.25 of the way from tiny to weights trained on from it: long"
        assert file.metadata() == {"scale": "2", "training": expected}
    assert main(["mix", str(model), str(end), "--share", "1.5", "--out", str(out)]) == 1
    other = tmp_path / "other.safetensors"
    other.write_bytes(encode(to_f16(Compact(5, 1, 2).state_dict()), {}))
    assert main(["mix", str(model), str(other), "--share", "0.5", "--out", str(out)]) == 1
