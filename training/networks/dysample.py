"""DySample, upsampling by sampling where the network says (Liu et al., 2023), as neosr has it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def first_positions(groups: int, scale: int) -> Tensor:
    """Return where each of `scale * scale` pixels lies in the one it comes from, from its centre.

    The shape is (1, 2 * groups * scale * scale, 1, 1): all columns (x) first, then all rows (y), for each
    group and, in it, for each pixel, row by row.
    """
    line = (torch.arange(scale) - (scale - 1) / 2) / scale
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y])[:, None].expand(2, groups, scale, scale).reshape(1, -1, 1, 1)


class DySample(nn.Module):
    """Enlarges features of shape (batch, channels, height, width) by a whole factor."""

    def __init__(self, channels: int, outputs: int | None, scale: int, groups: int) -> None:
        """Sample `groups` groups of channels at places of their own.

        `outputs` is the number of channels after the last convolution; None leaves that out.
        """
        super().__init__()
        self.scale, self.groups = scale, groups
        self.offset = nn.Conv2d(channels, 2 * groups * scale**2, 1)
        self.scope = nn.Conv2d(channels, 2 * groups * scale**2, 1, bias=False)
        self.end_conv = nn.Identity() if outputs is None else nn.Conv2d(channels, outputs, 1)
        self.register_buffer("init_pos", first_positions(groups, scale))

    def forward(self, source: Tensor) -> Tensor:
        """Return the enlarged features."""
        batch, channels, height, width = source.shape
        offset = 0.5 * self.offset(source) * torch.sigmoid(self.scope(source)) + self.init_pos
        # (batch * groups, y, x, 2), with the x of a place before its y.
        offset = functional.pixel_shuffle(offset.reshape(batch, -1, height, width), self.scale)
        large = offset.shape[2:]
        offset = offset.reshape(batch, 2, self.groups, *large).permute(0, 2, 3, 4, 1).flatten(0, 1)
        size = torch.tensor([width, height], device=source.device)
        x, y = (torch.arange(side, device=source.device).repeat_interleave(self.scale) + 0.5 for side in size)
        centre = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1)
        places = 2 * (centre + offset) / size - 1
        grouped = source.reshape(batch * self.groups, channels // self.groups, height, width)
        sampled = functional.grid_sample(
            grouped, places, mode="bilinear", padding_mode="border", align_corners=False
        )
        return self.end_conv(sampled.reshape(batch, channels, *large))
