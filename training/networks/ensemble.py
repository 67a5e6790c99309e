"""The mean of what a network makes of a picture turned and mirrored in every way."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MeanOfEight(nn.Module):
    """A network whose results are the mean of eight, clamped and turned back (test-time augmentation)."""

    def __init__(self, network: nn.Module) -> None:
        """Wrap a network."""
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        """Take [1][3][height][width] to [1][3][height * scale][width * scale]."""
        results = []
        for quarters in range(4):
            turned = picture.rot90(quarters, (2, 3))
            plain = self.network(turned).clamp(0, 1)
            mirrored = self.network(turned.flip(3)).clamp(0, 1).flip(3)
            results += [made.rot90(-quarters, (2, 3)) for made in (plain, mirrored)]
        return torch.stack(results).mean(0)
