"""Weights in 8 bits: reading, rounding, and the command that converts listed models."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from training.cli import main
from training.networks.compact import Compact
from training.release.eight_bits import layers, moments, quantised, sensitive_steps
from training.release.index import Slider, file_facts, list_model, list_slider, read_index
from training.release.weights import encode, interpolated, load_model, read_end, read_tensors, to_f16, widened

from .conftest import drawn_picture

GOLDEN = Path(__file__).parents[2] / "tests/golden"


def test_reading_is_what_lenslet_reads() -> None:
    """The same file and the same numbers as in tests/weight_files.rs, to the bit."""
    read, _ = read_tensors(GOLDEN / "eight_bits.safetensors")
    expected = load_file(GOLDEN / "eight_bits_as_f32.safetensors")
    assert read.keys() == expected.keys()
    for name, tensor in expected.items():
        assert read[name].float().view(torch.int32).equal(tensor.view(torch.int32)), name


def test_scales_of_another_number_are_refused(tmp_path: Path) -> None:
    """They would be those of another tensor."""
    file = tmp_path / "a.safetensors"
    save_file({"a": torch.ones(2, 3, dtype=torch.int8), "a.scale": torch.ones(3)}, file)
    with pytest.raises(ValueError, match=r"a of shape \[2, 3\] has scales of shape \[3\]"):
        read_tensors(file)


def test_rounding_keeps_answers_better_than_the_nearest_integers() -> None:
    """On inputs that go together, as a network's do, errors make each other good."""
    torch.manual_seed(1)
    network = Compact(16, 1, 2)
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 8, 8), size=(48, 48), mode="bilinear")
    (name,) = [name for name in layers(network) if name == "body.2.weight"]
    means, weight = moments(network, [picture])[name], network.state_dict()[name]
    stored = quantised({name: weight}, {name: 4.0}, {name: means})
    assert stored[name].dtype == torch.int8
    scale = stored[f"{name}.scale"].float().reshape(-1, 1, 1, 1)
    nearest = (weight / scale).round() * scale

    def error(made: torch.Tensor) -> float:
        off = (made - weight).flatten(1).double()
        return float(torch.einsum("oi,ij,oj->", off, means, off))

    assert error(widened(stored)[name]) < 0.6 * error(nearest)


def test_steps_follow_what_is_felt() -> None:
    """A layer whose weights are felt four times as much gets steps half as wide; the mean stays."""
    steps = sensitive_steps({"one": 4e-6, "two": 1e-6}, {"one": 100, "two": 100}, 8.0)
    assert steps["one"] / steps["two"] == pytest.approx(2)
    assert steps["one"] * steps["two"] == pytest.approx(64)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Return a folder with a model and two sliders in f16, and a README for the table."""
    torch.manual_seed(2)
    folder = tmp_path / "models"
    folder.mkdir()
    own = {name: tensor * 0.5 for name, tensor in Compact(16, 2, 2).state_dict().items()}
    for name in ("photo", "strong", "noisy"):
        near = {key: tensor + 0.02 * torch.randn_like(tensor) for key, tensor in own.items()}
        (folder / f"{name}.safetensors").write_bytes(encode(to_f16(near), {"scale": "2", "training": name}))
    facts = {"scale": 2, "purpose": "photo", "title": "", "summary": ""}
    list_model(folder, {"name": "photo", **file_facts(folder / "photo.safetensors"), **facts})
    list_slider(folder / "strong.safetensors", Slider("photo", "strength", 0, 0.75), "")
    list_slider(folder / "noisy.safetensors", Slider("photo", "denoise", 1, 1.0), "")
    (folder / "README.md").write_text("<!-- 8 bits -->\n<!-- end of 8 bits -->\nthe rest\n")
    return folder


def mixed(folder: Path, values: dict[str, float]) -> dict[str, torch.Tensor]:
    """Return a listed model's weights with its sliders at those values."""
    (model,) = read_index(folder / "index.json")["models"]
    own = load_model(folder / model["file"]).state_dict()
    made = own
    for slider in model["sliders"]:
        share = (values[slider["name"]] - slider["base"]) / (slider["end"] - slider["base"])
        end = interpolated(own, read_end(folder / slider["file"], own), share)
        made = {name: tensor + end[name] - own[name] for name, tensor in made.items()}
    return made


def test_sliders_give_what_they_gave(models: Path, tmp_path: Path) -> None:
    """At every place, to a part of a step; and the file of the model alone is the default."""
    (tmp_path / "pictures").mkdir()
    for number in range(12):
        Image.fromarray(drawn_picture(number, 160)).save(tmp_path / "pictures" / f"{number}.png")
    places = [{"strength": s, "denoise": d} for s in (0.0, 0.5, 0.75, 1.0) for d in (0.0, 0.5, 1.0)]
    before = [mixed(models, place) for place in places]
    pictures = str(tmp_path / "pictures")
    command = ["quantise", "photo", "--folder", str(models), "--data", pictures, "--steps", "40"]
    measured = ["--difference-steps", "20", "--clean", pictures]
    assert main([*command, *measured]) == 0

    for place, old in zip(places, before, strict=True):
        for name, tensor in mixed(models, place).items():
            rms = float(old[name].square().mean().sqrt())
            assert float((tensor - old[name]).abs().max()) < 0.2 * rms + 1e-3, (name, place)
    (model,) = read_index(models / "index.json")["models"]
    assert [(slider["base"], slider["end"]) for slider in model["sliders"]] == [(0.75, 0), (1.0, 0)]
    assert model["bytes"] == (models / "photo.safetensors").stat().st_size
    table = (models / "README.md").read_text()
    assert table.endswith("the rest\n")
    assert [line.split("|")[1].strip() for line in table.splitlines()[3:6]] == [
        "photo.safetensors",
        "strong.safetensors",
        "noisy.safetensors",
    ]

    assert main([*command, *measured]) == 1, "in 8 bits already"
    with pytest.raises(ValueError, match="to be added to photo"):
        load_model(models / "strong.safetensors")


def test_a_picture_has_no_part_in_what_is_measured() -> None:
    """Layers that read the picture, and small ones, stay as they are."""
    assert list(layers(Compact(16, 2, 2))) == ["body.2.weight", "body.4.weight"]
    assert np.prod(Compact(16, 2, 2).state_dict()["body.6.weight"].shape) < 2048
