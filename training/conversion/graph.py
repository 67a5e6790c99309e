"""What a model file of any kind is to the conversion: its weights in order, and a way to run it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

# Of pictures to run a graph on, where it takes any: not square, and a multiple of what networks need.
SIZE = (24, 28)


@dataclass(frozen=True)
class Parameters:
    """The weights of one layer, shaped as PyTorch has them.

    A convolution has a `weight` of four dimensions; of the rest, a normalisation has a bias and a PReLU
    none.
    """

    weight: Tensor
    bias: Tensor | None = None
    groups: int = 1


@dataclass(frozen=True)
class Graph:
    """A network out of a file.

    `run` takes and returns pictures of shape (1, channels, height, width); `channels` and `size` (height,
    width) are those it must be given. `precise` tells whether it computes in f32.
    """

    parameters: list[Parameters]
    run: Callable[[Tensor], Tensor]
    channels: int = 3
    size: tuple[int, int] = SIZE
    precise: bool = True
