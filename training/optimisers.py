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


def orthogonal(matrix: Tensor) -> Tensor:
    """Return about the nearest matrix whose rows, or else columns, are orthonormal, by Newton-Schulz."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix) / (matrix.norm() + 1e-7)
    a, b, c = QUINTIC
    for _ in range(ITERATIONS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum whose update is made orthogonal: Jordan et al., 2024, on (outputs, inputs * kernel) matrices.

    Every direction of a layer's weights then moves equally fast, where Adam follows the few strong ones.
    """

    def __init__(self, parameters: list[nn.Parameter], lr: float) -> None:
        """Train `parameters`, of two or more dimensions, at the rate `lr`."""
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Move the weights that have a gradient; `closure` is not used."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                momentum = state["momentum"].mul_(MOMENTUM).add_(weight.grad)
                ahead = weight.grad.add(momentum, alpha=MOMENTUM)
                update = orthogonal(ahead.flatten(1))
                # An orthogonal matrix has unit rows or columns; this evens out the shapes.
                size = UPDATE_RMS * math.sqrt(max(update.shape))
                weight.add_(update.view_as(weight), alpha=-group["lr"] * size)


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
    made: list[torch.optim.Optimizer] = [torch.optim.Adam(others, lr=plan.rate, betas=(0.9, 0.99))]
    return [*made, Muon(inner, plan.rate)] if inner else made
