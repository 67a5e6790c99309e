"""RRDBNet, the generator of ESRGAN (Wang et al., 2018), with the variants that community files are of."""

from __future__ import annotations

import math
import re

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.2
RESIDUAL_SHARE = 0.2

# Names of the ESRGAN repository and of its first version, as those of Real-ESRGAN, which the modules here
# carry. The first version numbers the modules after the trunk instead of naming them; see `tail_names`.
RENAMED = (
    (r"^RRDB_trunk\.(\d+)\.RDB(\d)\.", r"body.\1.rdb\2."),
    (r"^trunk_conv\.", "conv_body."),
    (r"^upconv(\d)\.", r"conv_up\1."),
    (r"^HRconv\.", "conv_hr."),
    (r"^model\.0\.", "conv_first."),
    (r"^model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\w+?)\.(0\.)?(weight|bias)$", r"body.\1.rdb\2.\3.\5"),
    (r"^model\.1\.sub\.\d+\.(weight|bias)$", r"conv_body.\1"),
)


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it made, around a residual of a fifth.

    `plus` adds the residuals of ESRGAN+ (Rakotonirina and Rasoanaivo, 2020) inside the block.
    """

    def __init__(self, width: int, growth: int, plus: bool) -> None:
        """Take and return `width` channels; the inner convolutions make `growth` each."""
        super().__init__()
        self.conv1x1 = nn.Conv2d(width, growth, 1, bias=False) if plus else None
        for number in range(1, 6):
            inputs, outputs = width + (number - 1) * growth, width if number == 5 else growth
            self.add_module(f"conv{number}", nn.Conv2d(inputs, outputs, 3, padding=1))

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        made = [source]
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            made.append(functional.leaky_relu(conv(torch.cat(made, 1)), SLOPE))
            if self.conv1x1 is not None and len(made) == 3:
                made[2] = made[2] + self.conv1x1(source)
            if self.conv1x1 is not None and len(made) == 5:
                made[4] = made[4] + made[2]
        return source + RESIDUAL_SHARE * self.conv5(torch.cat(made, 1))


class ResidualBlock(nn.Module):
    """Three dense blocks around a residual of a fifth: the residual-in-residual dense block, RRDB."""

    def __init__(self, width: int, growth: int, plus: bool) -> None:
        """See `DenseBlock`."""
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (DenseBlock(width, growth, plus) for _ in range(3))

    def forward(self, source: Tensor) -> Tensor:
        """Return features of the same shape."""
        return source + RESIDUAL_SHARE * self.rdb3(self.rdb2(self.rdb1(source)))


class RRDBNet(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1.

    Each of the `steps` enlarges by nearest neighbour and convolves. With `unshuffle`, the picture is first
    made that many times smaller by pixel unshuffle (Real-ESRGAN's files for factors 2 and 1), padded at
    the right and bottom by reflection to a multiple of it; the output is cut back.
    """

    def __init__(
        self,
        width: int = 64,
        growth: int = 32,
        blocks: int = 23,
        steps: tuple[int, ...] = (2, 2),
        unshuffle: int = 1,
        plus: bool = False,
    ) -> None:
        """Build `blocks` residual blocks of `width` channels and one convolution for each of `steps`."""
        super().__init__()
        if math.prod(steps) % unshuffle != 0:
            raise ValueError(f"steps {steps} do not make up for pixel unshuffle by {unshuffle}")
        self.steps, self.unshuffle, self.scale = steps, unshuffle, math.prod(steps) // unshuffle
        self.conv_first = nn.Conv2d(3 * unshuffle**2, width, 3, padding=1)
        self.body = nn.Sequential(*(ResidualBlock(width, growth, plus) for _ in range(blocks)))
        self.conv_body = nn.Conv2d(width, width, 3, padding=1)
        for number in range(1, len(steps) + 1):
            self.add_module(f"conv_up{number}", nn.Conv2d(width, width, 3, padding=1))
        self.conv_hr = nn.Conv2d(width, width, 3, padding=1)
        self.conv_last = nn.Conv2d(width, 3, 3, padding=1)

    def unshuffled(self, small: Tensor) -> Tensor:
        """Return the padded picture with `unshuffle` squared times the channels and a part of the sides."""
        height, width = small.shape[2:]
        padding = (0, -width % self.unshuffle, 0, -height % self.unshuffle)
        return functional.pixel_unshuffle(functional.pad(small, padding, mode="reflect"), self.unshuffle)

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        height, width = small.shape[2:]
        source = small if self.unshuffle == 1 else self.unshuffled(small)
        features = self.conv_first(source)
        features = features + self.conv_body(self.body(features))
        for number, factor in enumerate(self.steps, 1):
            features = functional.interpolate(features, scale_factor=factor, mode="nearest")
            features = functional.leaky_relu(self.get_submodule(f"conv_up{number}")(features), SLOPE)
        large = self.conv_last(functional.leaky_relu(self.conv_hr(features), SLOPE))
        return large[:, :, : height * self.scale, : width * self.scale]


def tail_names(last: int) -> dict[str, str]:
    """Return what the first version calls the convolutions after the trunk, where `last` is the last.

    An upsampling stands before and an activation after each enlarging convolution, so they are at 3, 6,
    ...; an activation stands between the last two convolutions.
    """
    steps = {f"model.{number}": f"conv_up{number // 3}" for number in range(3, last - 2, 3)}
    return steps | {f"model.{last - 2}": "conv_hr", f"model.{last}": "conv_last"}


def renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of any of the three styles under Real-ESRGAN's names."""
    numbers = re.findall(r"^model\.(\d+)\.weight$", "\n".join(tensors), re.MULTILINE)
    tail = tail_names(max(map(int, numbers))) if numbers else {}
    result = {}
    for name, tensor in tensors.items():
        module, _, kind = name.rpartition(".")
        new = f"{tail[module]}.{kind}" if module in tail else name
        for pattern, replacement in RENAMED:
            new = re.sub(pattern, replacement, new)
        result[new] = tensor
    return result


def rrdb_from_tensors(tensors: dict[str, Tensor], scale: int | None = None) -> RRDBNet:
    """Build the network whose sizes the tensors' names and shapes tell and load them, strictly.

    A file with one enlarging step does not tell its factor: 2 is taken unless `scale` is 3. Raises
    KeyError, RuntimeError or ValueError when the tensors are not those of an RRDBNet.
    """
    tensors = renamed(tensors)
    width, inputs = tensors["conv_first.weight"].shape[:2]
    count = sum(re.match(r"conv_up\d\.weight$", name) is not None for name in tensors)
    network = RRDBNet(
        width=width,
        growth=tensors["body.0.rdb1.conv1.weight"].shape[0],
        blocks=1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("body.")),
        steps=(3,) if count == 1 and scale == 3 else (2,) * count,
        unshuffle=math.isqrt(inputs // 3),
        plus="body.0.rdb1.conv1x1.weight" in tensors,
    )
    network.load_state_dict(tensors)
    return network
