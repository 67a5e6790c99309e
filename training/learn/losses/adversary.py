"""The discriminator that a network is trained against, and its own training."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .discriminator import Discriminator, adversarial_loss, matching_loss


class Adversary:
    """A discriminator and its optimiser."""

    def __init__(self, width: int, rate: float, device: torch.device) -> None:
        """Start afresh with `width` channels and a learning rate."""
        self.network = Discriminator(width).to(device, memory_format=torch.channels_last)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=rate, betas=(0.9, 0.99))

    def losses(self, made: Tensor, true: Tensor) -> tuple[Tensor, Tensor]:
        """Return how little `made` looks true, and how far its features are from those of `true`."""
        self.network.requires_grad_(False)
        logits, features = self.network(made)
        with torch.no_grad():
            _, wanted = self.network(true)
        self.network.requires_grad_(True)
        return adversarial_loss(logits, true=True), matching_loss(features, wanted)

    def gradients(self, made: Tensor, true: Tensor) -> Tensor:
        """Compute the gradients of telling `made` from `true` and return the loss."""
        self.network.zero_grad(set_to_none=True)
        loss = adversarial_loss(self.network(true)[0], true=True)
        loss = loss + adversarial_loss(self.network(made.detach())[0], true=False)
        loss.backward()
        return loss.detach()

    def state_dict(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict()}

    def load_state_dict(self, stored: dict[str, Any]) -> None:
        """Take up what a checkpoint kept."""
        self.network.load_state_dict(stored["network"])
        self.optimiser.load_state_dict(stored["optimiser"])
