"""The conversion from end to end: read, recognise, check by running, write."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import torch
from torch import Tensor, nn

from ..networks.srcnn import SRCNN
from ..release.weights import encode, write_whole
from . import ncnn_run, onnx_file
from .candidates import candidates
from .graph import Graph
from .match import assigned

# Pictures as the graph may take and return them: 0..1 or 0..255.
RANGES = (1.0, 255.0)

# How far the graph's and the network's pictures may be apart, of 1: rounding in f32 and f16.
APART_F32, APART_F16 = 1e-3, 2e-2


def read(inputs: list[Path]) -> Graph:
    """Return the network of an ONNX file, or of ncnn's two files, of which either names the other."""
    suffixes = {path.suffix for path in inputs}
    if suffixes == {".onnx"} and len(inputs) == 1:
        return onnx_file.read(inputs[0])
    if suffixes <= {".param", ".bin"} and len(inputs) == len(suffixes):
        files = {suffix: inputs[0].with_suffix(suffix) for suffix in (".param", ".bin")}
        files |= {path.suffix: path for path in inputs}
        return ncnn_run.read(files[".param"], files[".bin"])
    raise ValueError("give one .onnx file, or a .param file with its .bin file")


def enlarging_factor(small: Tensor, large: Tensor) -> int:
    """Return how many times larger one picture is than the other; raises ValueError if not a whole number."""
    scale = large.shape[2] // small.shape[2]
    if scale < 1 or large.shape[2:] != tuple(scale * side for side in small.shape[2:]):
        sizes = " to ".join(f"{p.shape[3]}x{p.shape[2]}" for p in (small, large))
        raise ValueError(f"the file's network turns {sizes}, which is no enlarging by a whole number")
    return scale


def agrees(network: nn.Module, picture: Tensor, made: Tensor, apart: float) -> bool:
    """Tell whether the network makes the same of a picture as a graph has, cut to 0..1."""
    with torch.no_grad():
        # An SRCNN's graph takes a picture that is enlarged already.
        enlarged = picture.shape[2:] == made.shape[2:] and isinstance(network, SRCNN)
        expected = (network.convolved if enlarged else network)(picture)
    difference = made.clamp(0, 1) - expected.clamp(0, 1)
    return bool(difference.abs().max() < apart)


def recognised(graph: Graph) -> nn.Module:
    """Return the network that the graph is, with its weights; raises ValueError when it is none of the known.

    An SRCNN's graph does not tell the scale, and it comes with scale 1.
    """
    picture = torch.rand(1, graph.channels, *graph.size, generator=torch.Generator().manual_seed(0))
    # Running takes long for large networks: the second only where the first fits none.
    outputs = (graph.run(picture * full) / full for full in RANGES)
    first = next(outputs)
    scale = enlarging_factor(picture, first)
    shapes = [tuple(given.weight.shape) for given in graph.parameters if given.weight.ndim == 4]
    fitting = [n for n in candidates(shapes, scale) if assigned(n.eval(), graph.parameters)]
    if not fitting:
        raise ValueError(f"the file's {len(shapes)} convolutions are those of no known architecture")
    for made in chain([first], outputs):
        for network in fitting:
            if agrees(network, picture, made, APART_F32 if graph.precise else APART_F16):
                return network
    names = " or ".join(sorted({type(network).__name__ for network in fitting}))
    raise ValueError(f"the weights fit {names}, but the file's network does something else with them")


def convert(inputs: list[Path], out: Path, scale: int | None = None) -> str:
    """Write the safetensors file, under the names of community files, and return one line about it.

    `scale` is that of an SRCNN, whose files take pictures that are enlarged already. Raises OSError or
    ValueError when the files cannot be read, are damaged or of no known architecture.
    """
    network = recognised(read(inputs))
    if isinstance(network, SRCNN):
        if scale is None:
            raise ValueError("this is an SRCNN, whose files do not tell the scale: give it by --scale")
        network.scale = scale
    elif scale not in (None, network.scale):
        raise ValueError(f"the file's network enlarges by {network.scale}, not {scale}")
    metadata = {"format": "pt", "architecture": type(network).__name__, "scale": str(network.scale)}
    if getattr(network, "act", "prelu") != "prelu":
        metadata["act"] = network.act
    tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    write_whole(out, encode(tensors, metadata))
    numbers = sum(tensor.numel() for tensor in tensors.values())
    return f"{out}: {metadata['architecture']} for scale {network.scale}, {numbers:,} numbers"
