"""Running the layers of an ncnn file, as far as the known networks need them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from .graph import SIZE, Graph, Parameters
from .ncnn_file import Layer, Option, read_layers

ACTIVATIONS: dict[int, Callable[[Tensor, list[float]], Tensor]] = {
    0: lambda value, _: value,
    1: lambda value, _: functional.relu(value),
    2: lambda value, options: functional.leaky_relu(value, options[0]),
    3: lambda value, options: value.clamp(options[0], options[1]),
    4: lambda value, _: torch.sigmoid(value),
    5: lambda value, _: functional.mish(value),
}

BINARY: dict[int, Callable[[Tensor, Tensor], Tensor]] = {
    0: torch.add,
    1: torch.sub,
    2: torch.mul,
    3: torch.div,
    4: torch.maximum,
    5: torch.minimum,
    7: lambda one, other: other - one,
    8: lambda one, other: other / one,
}

RESIZING = {1: "nearest", 2: "bilinear", 3: "bicubic"}


def option_list(layer: Layer, key: int, default: list[float]) -> list[float]:
    """Return a list out of the options."""
    value: Option = layer.options.get(key, default)
    return value if isinstance(value, list) else [value]


def convolution(layer: Layer, source: Tensor) -> Tensor:
    """Convolve, and activate where the converter has joined an activation to the layer."""
    left = layer.number(4)
    top, right = layer.number(14, left), layer.number(15, left)
    padded = functional.pad(source, (left, right, top, layer.number(16, top)))
    stride = layer.number(13, layer.number(3, 1)), layer.number(3, 1)
    dilation = layer.number(12, layer.number(2, 1)), layer.number(2, 1)
    how = {"stride": stride, "dilation": dilation, "groups": layer.number(7, 1)}
    made = functional.conv2d(padded[None], layer.weight, layer.bias, **how)[0]
    return ACTIVATIONS[layer.number(9)](made, option_list(layer, 10, []))


def binary(layer: Layer, one: Tensor, *others: Tensor) -> Tensor:
    """Combine two inputs, or one and a number."""
    other = torch.tensor(option_list(layer, 2, [0.0])[0]) if layer.number(1) else others[0]
    return BINARY[layer.number(0)](one, other)


def eltwise(layer: Layer, *sources: Tensor) -> Tensor:
    """Multiply the inputs, or add them, each with a factor."""
    if layer.number(0) == 0:
        return torch.stack(sources).prod(0)
    if layer.number(0) != 1:
        raise ValueError(f"option 0={layer.number(0)} is not known")
    factors = option_list(layer, 1, []) or [1.0] * len(sources)
    return sum(factor * source for factor, source in zip(factors, sources, strict=True))


def interp(layer: Layer, source: Tensor, *_: Tensor) -> Tensor:
    """Resize by factors, or to a size that the converter has fixed."""
    mode = RESIZING[layer.number(0)]
    align = None if mode == "nearest" else layer.number(6) != 0
    if layer.number(3) > 0:
        size = (layer.number(3), layer.number(4))
        return functional.interpolate(source[None], size, mode=mode, align_corners=align)[0]
    factors = tuple(option_list(layer, key, [1.0])[0] for key in (1, 2))
    return functional.interpolate(source[None], scale_factor=factors, mode=mode, align_corners=align)[0]


def pooling(layer: Layer, source: Tensor) -> Tensor:
    """Take the largest value of each window that fits."""
    if layer.number(0) != 0 or layer.number(3) != 0 or layer.number(4) != 0:
        raise ValueError("it does not take the largest value of windows")
    return functional.max_pool2d(source, layer.number(1), layer.number(2, 1), ceil_mode=layer.number(5) == 0)


OPERATIONS: dict[str, Callable[..., Tensor]] = {
    "BinaryOp": binary,
    "Clip": lambda layer, source: source.clamp(*(option_list(layer, key, [0.0])[0] for key in (0, 1))),
    "Concat": lambda layer, *sources: torch.cat(sources, layer.number(0)),
    "Convolution": convolution,
    "ConvolutionDepthWise": convolution,
    "Eltwise": eltwise,
    "Interp": interp,
    "MemoryData": lambda layer: layer.weight,
    "Mish": lambda layer, source: functional.mish(source),
    "Noop": lambda layer, source: source,
    "Pooling": pooling,
    "PixelShuffle": lambda layer, source: functional.pixel_shuffle(source, layer.number(0)),
    "PReLU": lambda layer, source: functional.prelu(source[None], layer.weight)[0],
    "ReLU": lambda layer, source: functional.leaky_relu(source, option_list(layer, 0, [0.0])[0]),
    "Reorg": lambda layer, source: functional.pixel_unshuffle(source, layer.number(0)),
    "Sigmoid": lambda layer, source: torch.sigmoid(source),
    "Split": lambda layer, source: source,
    "Swish": lambda layer, source: functional.silu(source),
}


def run(layers: list[Layer], picture: Tensor) -> Tensor:
    """Return what the layers make of a picture (1, channels, height, width).

    Raises ValueError when a layer is not as the known networks have it.
    """
    blobs = {}
    for layer in layers:
        if layer.kind == "Input":
            made = picture[0]
        else:
            try:
                made = OPERATIONS[layer.kind](layer, *(blobs[name] for name in layer.inputs))
            except (IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
                what = f"layer {layer.name} ({layer.kind}) is not as the known networks have it"
                raise ValueError(f"{what}: {error}") from error
        blobs |= dict.fromkeys(layer.outputs, made)
    return made[None]


def fixed_size(layers: list[Layer]) -> tuple[int, int]:
    """Return the size of picture that the file is for, where the converter has fixed it."""
    for layer in layers:
        if layer.kind == "Interp" and layer.number(3) > 0:
            return layer.number(3), layer.number(4)
    return SIZE


def read(param: Path, weights_file: Path) -> Graph:
    """Return the network of an ncnn pair of files; raises OSError or ValueError, see `read_layers`."""
    layers = read_layers(param, weights_file, known={"Input", *OPERATIONS})
    if sum(layer.kind == "Input" for layer in layers) != 1:
        raise ValueError(f"{param} does not take one picture")
    parameters = [
        Parameters(layer.weight, layer.bias, layer.number(7, 1))
        for layer in layers
        if layer.weight is not None and layer.kind != "MemoryData"
    ]
    channels = parameters[0].weight.shape[1] if parameters and parameters[0].weight.ndim == 4 else 3
    return Graph(
        parameters,
        run=lambda picture: run(layers, picture),
        channels=1 if channels == 1 and parameters[0].groups == 1 else 3,
        size=fixed_size(layers),
    )
