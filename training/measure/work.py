"""How much work a network is: counted operations, and the time that the command `lenslet` takes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode

# Large enough that what some networks leave out at the border hardly counts.
SIDE = 96


class ConvolutionCounter(TorchFunctionMode):
    """While entered, adds up the multiplications with weights of 2-D convolutions, of modules or not.

    PyTorch's own FlopCounterMode gives the same figures and loads its compiler for it, which takes seconds.
    """

    def __init__(self) -> None:
        """Start at nothing."""
        super().__init__()
        self.multiplications = 0

    def __torch_function__(
        self,
        function: Callable[..., Any],
        types: Collection[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> object:
        """Run the function and count it if it is a convolution."""
        result = function(*args, **(kwargs or {}))
        if function is functional.conv2d:
            weight: Tensor = args[1]
            self.multiplications += weight.numel() * result.shape[0] * result.shape[2] * result.shape[3]
        return result


def gflop_per_megapixel(network: nn.Module) -> float:
    """Return the GFLOP a network's convolutions need for a million LR pixels, two for each multiplication.

    Counted while it enlarges a black picture of 96x96 pixels; additions of biases, activations and
    resizing are not counted.
    """
    counter = ConvolutionCounter()
    with torch.inference_mode(), counter:
        network(torch.zeros(1, 3, SIDE, SIDE, device=next(network.parameters()).device))
    return 2 * counter.multiplications / SIDE**2 / 1e3


def seconds_per_megapixel(lenslet: str, model: Path) -> tuple[float, str]:
    """Return the median time of `lenslet bench` for a million LR pixels, and how many threads it ran on.

    Raises ValueError, with the command's own words, if it fails, and OSError if it cannot be run.
    """
    command = [lenslet, "bench", "--model", str(model), "--backend", "cpu", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise ValueError(f"lenslet failed on {model}: {done.stderr.strip()}")
    result = json.loads(done.stdout)
    return 1 / result["input_megapixels_per_second"], result["adapter"]
