"""Writing ncnn's pair of files by hand, as converters write them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import torch
from torch import Tensor, nn

F16 = (0x01306B47).to_bytes(4, "little")
F32_WITH_FLAG = (0x0002C056).to_bytes(4, "little")
F32 = bytes(4)


class Writer:
    """Layers and weights, collected one after the other; blobs are numbered, the picture is 0."""

    def __init__(self, flag: bytes = F32) -> None:
        """Write convolutions' weights after `flag`."""
        self.flag = flag
        self.layers: list[tuple[str, list[int], str]] = [("Input", [], "")]
        self.weights = b""

    def layer(self, kind: str, inputs: list[int], options: str) -> int:
        """Add a layer and return the number of its output."""
        self.layers.append((kind, list(inputs), options))
        return len(self.layers) - 1

    def numbers(self, values: Tensor) -> None:
        """Add weights that have no flag."""
        self.weights += values.detach().numpy().astype("<f4").tobytes()

    def conv(self, conv: nn.Conv2d, source: int, more: str = "") -> int:
        """Add a convolution; `more` may join an activation to it."""
        outputs, _, height, width = conv.weight.shape
        has_bias = int(conv.bias is not None)
        options = f"0={outputs} 1={width} 11={height} 3={conv.stride[0]} 4={conv.padding[0]} 5={has_bias}"
        kind = "Convolution" if conv.groups == 1 else "ConvolutionDepthWise"
        groups = "" if conv.groups == 1 else f" 7={conv.groups}"
        blob = self.layer(kind, [source], f"{options} 6={conv.weight.numel()}{groups} {more}")
        self.weights += self.flag
        if self.flag == F16:
            halves = conv.weight.detach().numpy().astype("<f2").tobytes()
            self.weights += halves + bytes(len(halves) % 4)
        else:
            self.numbers(conv.weight)
        if has_bias:
            self.numbers(conv.bias)
        return blob

    def prelu(self, prelu: nn.PReLU, source: int) -> int:
        """Add a PReLU."""
        self.numbers(prelu.weight)
        return self.layer("PReLU", [source], f"0={prelu.weight.numel()}")

    def binary(self, operation: int, inputs: list[int], scalar: float | None = None) -> int:
        """Combine two blobs, or one and a number; 0 adds, 1 subtracts, 2 multiplies."""
        return self.layer(
            "BinaryOp", inputs, f"0={operation}" + ("" if scalar is None else f" 1=1 2={scalar:e}")
        )

    def lines(self) -> list[str]:
        """Return the layers as text, with a `Split` after each output that several layers read."""
        readers = [name for _, inputs, _ in self.layers for name in inputs]
        taken: Counter[int] = Counter()
        lines = []
        for number, (kind, inputs, options) in enumerate(self.layers):
            names = []
            for name in inputs:
                names.append(f"{name}_{taken[name]}" if readers.count(name) > 1 else str(name))
                taken[name] += 1
            words = [kind, f"layer{number}", str(len(names)), "1", *names, str(number), options]
            lines.append(" ".join(words))
            count = readers.count(number)
            if count > 1:
                copies = " ".join(f"{number}_{copy}" for copy in range(count))
                lines.append(f"Split split{number} 1 {count} {number} {copies}")
        return lines

    def save(self, folder: Path) -> list[Path]:
        """Write both files and return their paths."""
        param, weights = folder / "model.param", folder / "model.bin"
        lines = self.lines()
        blobs = sum(int(line.split()[3]) for line in lines)
        param.write_text("\n".join(["7767517", f"{len(lines)} {blobs}", *lines]) + "\n")
        weights.write_bytes(self.weights)
        return [param, weights]


def randomised(network: nn.Module, seed: int = 0) -> nn.Module:
    """Draw weights of which all have an effect and that f16 holds exactly."""
    torch.manual_seed(seed)
    for parameter in network.requires_grad_(False).parameters():
        size = parameter[0].numel() if parameter.ndim == 4 else 10
        parameter.copy_((torch.randn_like(parameter) * size**-0.5).half().float())
    return network.eval()
