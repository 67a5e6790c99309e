"""What a run minimises: a difference of values, and what else its plan weighs in."""

from __future__ import annotations

import torch
from torch import Tensor

from .losses.artifacts import artifact_loss
from .losses.pixel import frequency_loss, pixel_loss
from .state import State


def detail_loss(state: State, small: Tensor, large: Tensor) -> Tensor:
    """Return the loss of what the network computes before it puts the picture together: same, but cheaper."""
    wanted = state.network.wanted_detail(small, large)
    with state.autocast():
        made = state.detail(small)
    return pixel_loss(state.plan.pixel_at(state.step), made.float(), wanted)


def picture_loss(state: State, small: Tensor, large: Tensor) -> Tensor:
    """Return the loss of the picture; with a discriminator, also compute its gradients and move it."""
    plan = state.plan
    with state.autocast():
        made = state.enlarge(small).float()
    loss = pixel_loss(plan.pixel_at(state.step), made, large)
    if plan.frequency:
        loss = loss + plan.frequency * frequency_loss(made, large)
    if plan.artifacts:
        with torch.no_grad(), state.autocast():
            steady = state.average(small).float()
        loss = loss + plan.artifacts * artifact_loss(made, steady, large)
    if state.adversary:
        with state.autocast():
            fooling, matching = state.adversary.losses(made, large)
        loss = loss + plan.adversarial * fooling + plan.matching * matching
        with state.autocast():
            state.adversary.gradients(made, large)
    return loss


def objective(state: State, small: Tensor, large: Tensor) -> Tensor:
    """Return the loss of one batch, of small and large pictures in 0..1."""
    return (picture_loss if state.plan.compares_pictures() else detail_loss)(state, small, large)
