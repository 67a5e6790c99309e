"""The index of models and their sliders."""

from pathlib import Path

import pytest

from training.networks.compact import Compact
from training.release.index import Slider, file_facts, list_model, list_slider, read_index
from training.release.weights import encode, to_f16

SLIDER = Slider(model="photo", name="strength", base=0, default=0.5)


def write(path: Path, width: int = 4) -> Path:
    """Write the weights of a tiny network."""
    path.write_bytes(encode(to_f16(Compact(width, 1, 2).state_dict()), {"format": "pt"}))
    return path


def test_a_slider_is_listed_with_its_model(tmp_path: Path) -> None:
    """A second time in its own place; and a model that is written again keeps it."""
    own, other = write(tmp_path / "photo.safetensors"), write(tmp_path / "natural.safetensors")
    list_model(tmp_path, {"name": "photo", **file_facts(own)})
    for sentence in ("First.", "Second."):
        list_slider(other, SLIDER, sentence)
    list_model(tmp_path, {"name": "photo", **file_facts(own), "title": "New"})
    (model,) = read_index(tmp_path / "index.json")["models"]
    assert model["title"] == "New"
    assert model["sliders"] == [
        {
            "name": "strength",
            "base": 0,
            "default": 0.5,
            "end": 1,
            "title": "Strength",
            "summary": "Second.",
            **file_facts(other),
        }
    ]


def test_weights_that_cannot_be_mixed_are_refused(tmp_path: Path) -> None:
    """Other shapes, and a model that is not there."""
    list_model(tmp_path, {"name": "photo", **file_facts(write(tmp_path / "photo.safetensors"))})
    wider = write(tmp_path / "wider.safetensors", width=8)
    with pytest.raises(ValueError, match="cannot be mixed"):
        list_slider(wider, SLIDER, "")
    with pytest.raises(ValueError, match="no model named text"):
        list_slider(wider, Slider("text", "strength", 0, 0.5), "")
