"""Reading ncnn's pair of files: `.param`, the layers in text, and `.bin`, their weights in the same order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

MAGIC = "7767517"

# What stands before the weights of a convolution; other numbers have nothing before them.
F16, F32_WITH_FLAG, F32 = 0x01306B47, 0x0002C056, 0

# Keys of lists have this taken off.
FIRST_LIST = -23300

Option = float | list[float]


@dataclass(frozen=True)
class Layer:
    """One line of a `.param` file, with the weights that belong to it."""

    kind: str
    name: str
    inputs: list[str]
    outputs: list[str]
    options: dict[int, Option]
    weight: Tensor | None = None
    bias: Tensor | None = None

    def number(self, key: int, default: float = 0) -> int:
        """Return a whole number out of the options."""
        value = self.options.get(key, default)
        if isinstance(value, list):
            raise ValueError(f"option {key} of layer {self.name} is a list, not a number")
        return int(value)


@dataclass
class Weights:
    """What is left to read of a `.bin` file."""

    data: bytes
    position: int = field(default=0)

    def take(self, count: int, layer: str) -> bytes:
        """Return the next bytes, or raise ValueError at the end of the file."""
        piece = self.data[self.position : self.position + count]
        if len(piece) < count:
            raise ValueError(f"the .bin file ends within the weights of layer {layer}")
        self.position += count
        return piece

    def plain(self, count: int, layer: str) -> Tensor:
        """Return f32 numbers that have nothing before them."""
        return torch.from_numpy(np.frombuffer(self.take(4 * count, layer), "<f4").astype(np.float32))

    def flagged(self, count: int, layer: str) -> Tensor:
        """Return numbers after a flag that tells their type, f16 or f32."""
        flag = int.from_bytes(self.take(4, layer), "little")
        if flag == F16:
            piece = self.take(2 * count + 2 * (count % 2), layer)
            return torch.from_numpy(np.frombuffer(piece, "<f2", count).astype(np.float32))
        if flag in (F32, F32_WITH_FLAG):
            return self.plain(count, layer)
        raise ValueError(f"the weights of layer {layer} are quantised or damaged (flag {flag:#010x})")


def convolution(layer: Layer, weights: Weights) -> tuple[Tensor, Tensor | None]:
    """Read weight [outputs][inputs of a group][rows][columns] and bias."""
    if layer.number(8) != 0:
        raise ValueError(f"the weights of layer {layer.name} are quantised")
    outputs, width, count = layer.number(0), layer.number(1), layer.number(6)
    height = layer.number(11, width)
    if min(outputs, width, height, count) < 1 or count % (outputs * height * width) != 0:
        raise ValueError(f"the sizes of layer {layer.name} do not fit each other")
    weight = weights.flagged(count, layer.name).reshape(outputs, -1, height, width)
    return weight, weights.plain(outputs, layer.name) if layer.number(5) else None


def prelu(layer: Layer, weights: Weights) -> tuple[Tensor, None]:
    """Read the slopes."""
    return weights.plain(layer.number(0), layer.name), None


def memory(layer: Layer, weights: Weights) -> tuple[Tensor, None]:
    """Read a constant, of as many dimensions as sizes are given."""
    sizes = [layer.number(key) for key in (2, 1, 0) if layer.number(key) > 0]
    return weights.plain(int(np.prod(sizes)), layer.name).reshape(sizes), None


READERS: dict[str, Callable[[Layer, Weights], tuple[Tensor, Tensor | None]]] = {
    "Convolution": convolution,
    "ConvolutionDepthWise": convolution,
    "PReLU": prelu,
    "MemoryData": memory,
}


def parsed_option(text: str) -> tuple[int, Option]:
    """Return key and value of `key=value`; a list is `key=count,value,value,...`."""
    key, value = text.split("=")
    if int(key) <= FIRST_LIST:
        return FIRST_LIST - int(key), [float(part) for part in value.split(",")[1:]]
    return int(key), float(value)


def parsed_line(line: str) -> Layer:
    """Return the layer of a line: kind, name, counts of inputs and outputs, their names, options."""
    try:
        kind, name, inputs, outputs, *rest = line.split()
        middle, end = int(inputs), int(inputs) + int(outputs)
        options = dict(parsed_option(text) for text in rest[end:])
        if len(rest) < end:
            raise ValueError("blobs are missing")
    except ValueError as error:
        raise ValueError(f"the .param file has a line that is not a layer: {line}") from error
    return Layer(kind, name, rest[:middle], rest[middle:end], options)


def read_layers(param: Path, weights_file: Path, known: set[str]) -> list[Layer]:
    """Return the layers with their weights, in the order in which they run.

    Raises ValueError when a file is damaged, cut off, or has a layer of a kind that is not `known`, whose
    weights could not be told from the next ones.
    """
    lines = param.read_bytes().decode("utf-8", "replace").split("\n")
    if lines[0].strip() != MAGIC:
        raise ValueError(f"{param} is not an ncnn .param file in text")
    lines = [line for line in lines[1:] if line.strip()]
    expected = lines[0].split()[0] if lines else "0"
    if not expected.isdecimal() or int(expected) != len(lines) - 1:
        raise ValueError(
            f"{param} is cut off: it announces {expected} layers and has {max(len(lines) - 1, 0)}"
        )
    weights, layers = Weights(weights_file.read_bytes()), []
    for layer in map(parsed_line, lines[1:]):
        if layer.kind not in known:
            raise ValueError(f"layer {layer.name} is of the kind {layer.kind}, which no known network has")
        weight, bias = READERS[layer.kind](layer, weights) if layer.kind in READERS else (None, None)
        layers.append(Layer(layer.kind, layer.name, layer.inputs, layer.outputs, layer.options, weight, bias))
    if weights.position != len(weights.data):
        left = len(weights.data) - weights.position
        raise ValueError(f"{weights_file} has {left} bytes too many for {param}")
    return layers
