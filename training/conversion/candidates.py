"""The networks of the known architectures that a file's weights may belong to, by their number and shapes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import nn

from ..networks.compact import Compact
from ..networks.realplksr import NORM_GROUPS, RealPLKSR
from ..networks.rlfn import RLFN
from ..networks.rrdb import RRDBNet
from ..networks.span import SPAN
from ..networks.spanf import SPANF
from ..networks.srcnn import SRCNN

# (outputs, inputs of a group, rows, columns)
Shape = tuple[int, int, int, int]


def compact(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield Compact networks with each activation."""
    if 1 <= scale <= 4:
        for act in ("prelu", "relu", "leakyrelu"):
            yield Compact(shapes[0][0], len(shapes) - 2, scale, act)


def rrdb(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield the RRDBNet whose blocks are as many as there are second convolutions of dense blocks."""
    (width, inputs), growth = shapes[0][:2], shapes[1][0]
    blocks = sum(shape[:2] == (growth, width + growth) for shape in shapes) // 3
    plus = any(shape[2] == 1 for shape in shapes)
    count = len(shapes) - 4 - (18 if plus else 15) * blocks
    unshuffle = math.isqrt(inputs // 3)
    if blocks > 0 and 0 <= count <= 3 and unshuffle > 0:
        steps = (scale * unshuffle,) if count == 1 else (2,) * count
        if math.prod(steps) == scale * unshuffle:
            yield RRDBNet(width, growth, blocks, steps, unshuffle, plus)


def span(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield SPAN with and without normalisation, and SPANF."""
    if len(shapes) == 22:
        yield SPAN(shapes[0][0], scale)
        yield SPAN(shapes[0][0], scale, norm=False)
    joining = [shape for shape in shapes if shape[2] == 1]
    if len(shapes) == 18 and joining:
        yield SPANF(joining[0][0], scale)


def rlfn(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield RLFN."""
    blocks, left = divmod(len(shapes) - 3, 9)
    narrow = [shape[0] for shape in shapes if shape[2] == 1]
    if blocks > 0 and left == 0 and narrow:
        yield RLFN(shapes[0][0], shapes[1][0], min(narrow), blocks, scale)


def realplksr(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield RealPLKSR in all variants that have as many convolutions."""
    large = [shape for shape in shapes if shape[2] > 3]
    width, blocks = shapes[0][0], len(large)
    groups = 3 if scale % 2 == 1 else 4
    for sample_groups, more in ((0, 0), (groups, 3)):
        each, left = divmod(len(shapes) - 2 - more, max(blocks, 1))
        if blocks == 0 or left != 0 or each not in (4, 5):
            continue
        sizes = (width, blocks, scale, large[0][0], large[0][2], each == 5)
        yield RealPLKSR(*sizes, layer_norm=True, sample_groups=sample_groups)
        if width % NORM_GROUPS == 0:
            yield RealPLKSR(*sizes, sample_groups=sample_groups)


def srcnn(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield SRCNN."""
    if len(shapes) == 3 and shapes[0][1] in (1, 3):
        kernels = [shape[2] for shape in shapes]
        yield SRCNN(shapes[0][1], [shapes[0][0], shapes[1][0]], kernels, scale)


def candidates(shapes: list[Shape], scale: int) -> Iterator[nn.Module]:
    """Yield networks that may have convolutions of these shapes, in this order; they need not fit."""
    if len(shapes) >= 2:
        for guess in (compact, rrdb, span, rlfn, realplksr, srcnn):
            yield from guess(shapes, scale)
