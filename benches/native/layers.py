"""The layers of a Compact network out of a safetensors file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SCALE = 4
"""How many times larger the networks of this comparison make a picture."""


@dataclass(frozen=True)
class Layer:
    """A 3x3 convolution (outputs, inputs, 3, 3) with its bias, and the PReLU behind it if there is one."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    slopes: NDArray[np.float32] | None


def read_layers(file: Path) -> list[Layer]:
    """Return the layers in the order in which they run; only the last one has no slopes."""
    from safetensors.numpy import load_file

    tensors = load_file(file)
    last = max(int(name.split(".")[1]) for name in tensors)
    return [
        Layer(
            tensors[f"body.{number}.weight"],
            tensors[f"body.{number}.bias"],
            tensors.get(f"body.{number + 1}.weight"),
        )
        for number in range(0, last + 1, 2)
    ]
