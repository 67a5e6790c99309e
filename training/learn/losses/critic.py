"""A discriminator of features of a network that knows photographs; it learns fast for that reason."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

# Channels of a head at most; where positions are many, features have few channels, and so has their head.
MOST = 48


def head(channels: int) -> nn.Module:
    """Return what judges the features of one stage: a logit for each position, from 5 x 5 of them."""
    width = min(channels, MOST)
    return nn.Sequential(
        spectral_norm(nn.Conv2d(channels, width, 1)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(width, width, 3)),
        nn.LeakyReLU(0.2),
        spectral_norm(nn.Conv2d(width, width, 3)),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 1, 1),
    )


class Critic:
    """Heads for features (batch, channels, height, width) of several stages, and their optimiser.

    A projected discriminator (Sauer et al., 2021) without its mixing of stages. The loss is the hinge loss.
    """

    def __init__(self, channels: list[int], rate: float, device: torch.device, begun: int = 0) -> None:
        """Start at iteration `begun`, for features of so many channels, those of the stem first."""
        self.network = nn.ModuleList(head(count) for count in channels[1:]).to(
            device, memory_format=torch.channels_last
        )
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=rate, betas=(0.5, 0.99))
        self.balance = 0.0
        self.begun = begun

    def logits(self, features: list[Tensor]) -> list[Tensor]:
        """Return the logits of each stage but the stem, above nought for true."""
        return [judge(stage) for judge, stage in zip(self.network, features[1:], strict=True)]

    def loss(self, made: list[Tensor]) -> Tensor:
        """Return how little the features of what a network made look true."""
        self.network.requires_grad_(False)
        loss = -torch.stack([logits.float().mean() for logits in self.logits(made)]).mean()
        self.network.requires_grad_(True)
        return loss

    def weigh(self, made: Tensor, other: Tensor, doubt: Tensor) -> None:
        """Let `balance`, a mean over time, make gradients of `doubt` in `made` as large as those of `other`.

        The adaptive weight of Esser et al., 2021.
        """
        sizes = [torch.autograd.grad(loss, made, retain_graph=True)[0].norm() for loss in (other, doubt)]
        ratio = float(sizes[0] / (sizes[1] + 1e-12))
        self.balance = 0.9 * self.balance + 0.1 * ratio if self.balance else ratio

    def gradients(self, made: list[Tensor], true: list[Tensor]) -> Tensor:
        """Compute the gradients of telling `made` from `true` and return the loss: 2 where it cannot tell."""
        self.network.zero_grad(set_to_none=True)
        stages = [
            functional.relu(1 - real.float()).mean() + functional.relu(1 + fake.float()).mean()
            for real, fake in zip(
                self.logits(true), self.logits([each.detach() for each in made]), strict=True
            )
        ]
        loss = torch.stack(stages).mean()
        loss.backward()
        return loss.detach()

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "balance": self.balance,
            "begun": self.begun,
        }

    def load_state_dict(self, stored: dict[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self.network.load_state_dict(stored["network"])
        self.optimiser.load_state_dict(stored["optimiser"])
        self.balance, self.begun = stored["balance"], stored["begun"]
