"""Putting a listed model and its sliders into 8 bits, so that the file of the model alone is its default."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .eight_bits import Tensors, layers, moments, quantised, sensitive_steps
from .index import file_facts, read_index, write_index
from .weights import DIFFERENCE, encode, load_model, read_tensors, to_f16, widened, write_whole


@dataclass(frozen=True)
class Fineness:
    """Steps in the root mean square of a layer's weights, in the geometric mean over the layers."""

    model: float
    difference: float


@dataclass(frozen=True)
class Written:
    """A file before and after: its name, its weights as they were, and its content then and now."""

    file: str
    before: Tensors
    old: bytes
    new: bytes


def filled(network: nn.Module, tensors: Tensors) -> nn.Module:
    """Return a network of that kind with those weights."""
    network = copy.deepcopy(network)
    network.load_state_dict(tensors)
    return network


def added(own: Tensors, difference: Tensors, share: float = 1.0) -> Tensors:
    """Return `own + share * difference`."""
    return {name: tensor + share * difference[name] for name, tensor in own.items()}


def in_8_bits(
    network: nn.Module, own: Tensors, difference: Tensors | None, steps: float, pictures: list[Tensor]
) -> Tensors:
    """Return the weights `own`, or those of `difference` to be added to them, as they are to be stored.

    Each layer is rounded for what the whole network, with the difference, makes of the pictures.
    """
    exact = added(own, difference) if difference else own
    stored = difference or own
    network = filled(network, exact)
    means = moments(network, pictures)

    def answers(tensors: Tensors) -> Tensor:
        changed = filled(network, added(own, tensors) if difference else tensors)
        with torch.inference_mode():
            return torch.cat([changed(picture).clamp(0, 1).flatten() for picture in pictures])

    names = layers(network)
    true = answers(stored)
    errors = {}
    for name in names:
        coarse = widened(quantised({name: stored[name]}, {name: steps}, means))
        errors[name] = float((answers(stored | coarse) - true).square().mean())
    sizes = {name: stored[name].numel() for name in names}
    return quantised(to_f16_range(stored), sensitive_steps(errors, sizes, steps), means)


def to_f16_range(tensors: Tensors) -> Tensors:
    """Return the tensors, and refuse those that f16 cannot hold."""
    to_f16(tensors)
    return tensors


def end_of(default: float) -> int:
    """Return the end of a slider that its file shall hold: the one further from its default."""
    return 0 if default >= 0.5 else 1


def quantise(
    folder: Path, name: str, pictures: Callable[[int], list[Tensor]], fineness: Fineness
) -> list[Written]:
    """Write the files of a model of the folder's index in 8 bits, and list them.

    The model's own file gets the weights of its sliders' defaults, and each slider's the difference that
    leads from there to one end. `pictures` returns small pictures (1, 3, height, width) for a scale, to
    round the weights for. Raises ValueError where the index has no such model or it is in 8 bits already.
    """
    path = folder / "index.json"
    index = read_index(path)
    model = next((model for model in index["models"] if model["name"] == name), None)
    if model is None:
        raise ValueError(f"{path} lists no model named {name}")
    sliders: list[dict[str, Any]] = model.get("sliders", [])
    files = {entry["file"]: (folder / entry["file"]).read_bytes() for entry in (model, *sliders)}
    headers: dict[str, dict[str, str]] = {}
    for file in files:
        tensors, headers[file] = read_tensors(folder / file)
        if DIFFERENCE in headers[file] or any(tensor.dtype != torch.float16 for tensor in tensors.values()):
            raise ValueError(
                f"{file} is not in f16: a model and its sliders are put into 8 bits once, together"
            )

    network = load_model(folder / model["file"])
    own = network.state_dict()
    slopes = []
    for slider in sliders:
        end = load_model(folder / slider["file"]).state_dict()
        slopes.append({n: (end[n] - own[n]) / (slider["end"] - slider["base"]) for n in own})
    base = own
    for slider, slope in zip(sliders, slopes, strict=True):
        base = added(base, slope, slider["default"] - slider["base"])

    shown = pictures(model["scale"])
    made = in_8_bits(network, base, None, fineness.model, shown)
    stored = {model["file"]: (base, made)}
    rough = {name: tensor.float() for name, tensor in widened(made).items()}
    for slider, slope in zip(sliders, slopes, strict=True):
        slider["base"], slider["end"] = slider["default"], end_of(slider["default"])
        end = added(base, slope, slider["end"] - slider["base"])
        # From where the model's own file is now, so that the end does not have its errors too.
        difference = added(end, rough, -1.0)
        stored[slider["file"]] = end, in_8_bits(network, rough, difference, fineness.difference, shown)

    at = ", ".join(f"{slider['name']} {slider['default']:g}" for slider in sliders)
    written = []
    for entry in (model, *sliders):
        file = entry["file"]
        header = headers[file] | ({"sliders": at} if at else {})
        if entry is not model:
            header[DIFFERENCE] = name
        before, tensors = stored[file]
        # Integers last: one of odd size would leave wider numbers at odd places.
        ordered = dict(sorted(tensors.items(), key=lambda item: item[1].dtype == torch.int8))
        content = encode(ordered, header)
        write_whole(folder / file, content)
        entry |= file_facts(folder / file)
        written.append(Written(file, before, files[file], content))
    write_index(path, index)
    return written
