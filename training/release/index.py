"""`models/index.json`: the models there are to choose from, and the sliders that mix their weights."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .weights import read_tensors, write_whole

# What a slider changes; its title is what people see.
SLIDERS = {"strength": "Strength", "denoise": "Remove noise"}


@dataclass(frozen=True)
class Slider:
    """Weights of the same shape as another model's, which a slider mixes with them.

    The model's own weights stand for the value `base`, 0 or 1, and those of this file for the other end;
    `default`, 0 to 1, is where the slider is at first.
    """

    model: str
    name: str
    base: int
    default: float


def file_facts(path: Path) -> dict[str, str | int]:
    """Return what the index tells of a file."""
    content = path.read_bytes()
    return {"file": path.name, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def read_index(path: Path) -> dict[str, Any]:
    """Return the index, an empty one where there is none yet."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {"models": []}


def write_index(path: Path, index: dict[str, Any]) -> None:
    """Write the index."""
    write_whole(path, (json.dumps(index, indent=2, ensure_ascii=False) + "\n").encode())


def put(entries: list[dict[str, Any]], entry: dict[str, Any]) -> None:
    """Put an entry in the place of one of the same name, or at the end."""
    names = [other["name"] for other in entries]
    if entry["name"] in names:
        entries[names.index(entry["name"])] = entry
    else:
        entries.append(entry)


def list_model(folder: Path, entry: dict[str, Any]) -> None:
    """List a model in the folder's index; sliders that one of the same name had stay."""
    path = folder / "index.json"
    index = read_index(path)
    before = next((model for model in index["models"] if model["name"] == entry["name"]), {})
    kept = {"sliders": before["sliders"]} if "sliders" in before else {}
    put(index["models"], entry | kept)
    write_index(path, index)


def list_slider(file: Path, slider: Slider, summary: str) -> None:
    """List a weight file as the other end of a model's slider.

    Raises ValueError when the model is not in the index of the file's folder or has other shapes.
    """
    path = file.with_name("index.json")
    index = read_index(path)
    model = next((model for model in index["models"] if model["name"] == slider.model), None)
    if model is None:
        raise ValueError(f"{path} lists no model named {slider.model}")
    own, other = (
        {name: tensor.shape for name, tensor in read_tensors(each)[0].items()}
        for each in (file.with_name(model["file"]), file)
    )
    if own != other:
        raise ValueError(f"{file.name} has other shapes than {model['file']}, so the two cannot be mixed")
    entry = (
        asdict(slider)
        | {"end": 1 - slider.base, "title": SLIDERS[slider.name], "summary": summary}
        | file_facts(file)
    )
    del entry["model"]
    put(model.setdefault("sliders", []), entry)
    write_index(path, index)
