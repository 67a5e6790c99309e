"""Muon for the inner convolutions and Adam for all other weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from .plan import Plan

# Root mean square of an update at rate 1: twice what Liu et al. (2025) match to Adam's.
UPDATE_RMS = 0.4
MOMENTUM = 0.95
# A quintic whose iteration drives all singular values towards 1 (Jordan et al., 2024).
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


def orthogonal(matrices: Tensor) -> Tensor:
    """Return about the nearest matrices whose rows, or else columns, are orthonormal, by Newton-Schulz.

    Takes and returns (count, rows, columns).
    """
    tall = matrices.shape[1] > matrices.shape[2]
    x = (matrices.mT if tall else matrices) / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal: Jordan et al., 2024, on (outputs, inputs * kernel) matrices.

    Every direction of a layer's weights then moves equally fast, where Adam follows the few strong ones.
    """

    def __init__(self, parameters: list[nn.Parameter], lr: float) -> None:
        """Train `parameters`, of two or more dimensions, at the rate `lr`."""
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Move the weights that have a gradient, those of one shape together; `closure` is not used."""
        for group in self.param_groups:
            shapes: dict[torch.Size, list[nn.Parameter]] = {}
            for weight in group["params"]:
                if weight.grad is not None:
                    shapes.setdefault(weight.shape, []).append(weight)
            for weights in shapes.values():
                self.move(weights, group["lr"])

    def move(self, weights: list[nn.Parameter], rate: float) -> None:
        """Move weights of one shape."""
        for weight in weights:
            if not self.state[weight]:
                self.state[weight]["momentum"] = torch.zeros_like(weight)
        momenta = [self.state[weight]["momentum"] for weight in weights]
        gradients = [weight.grad for weight in weights]
        torch._foreach_mul_(momenta, MOMENTUM)
        torch._foreach_add_(momenta, gradients)
        ahead = torch._foreach_add(gradients, momenta, alpha=MOMENTUM)
        updates = orthogonal(torch.stack([update.flatten(1) for update in ahead]))
        # An orthogonal matrix has unit rows or columns; this evens out the shapes.
        size = UPDATE_RMS * math.sqrt(max(updates.shape[1:]))
        moves = [update.view_as(weight) for update, weight in zip(updates, weights, strict=True)]
        torch._foreach_add_(weights, moves, alpha=-rate * size)


def make_optimisers(network: nn.Module, plan: Plan) -> list[torch.optim.Optimizer]:
    """Return Adam for all weights, or, as the plan says, Muon for those of the inner convolutions.

    The first and the last convolution turn colours into features and back; few of their directions
    count, so Adam keeps them.
    """
    if plan.optimiser not in ("adam", "muon"):
        raise ValueError(f"the optimiser must be adam or muon, not {plan.optimiser}")
    convolutions = [weight for weight in network.parameters() if weight.ndim == 4]
    inner = convolutions[1:-1] if plan.optimiser == "muon" else []
    theirs = {id(weight) for weight in inner}
    others = [weight for weight in network.parameters() if id(weight) not in theirs]
    adam = torch.optim.Adam(others, lr=plan.rate, betas=(0.9, 0.99), fused=others[0].is_cuda)
    return [adam, Muon(inner, plan.rate)] if inner else [adam]
