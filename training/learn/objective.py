"""What a run minimises: a difference of values, and what else its plan weighs in."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .losses.artifacts import artifact_loss
from .losses.grid import grid_loss
from .losses.perceptual import feature_loss, sharpened, without_grain
from .losses.pixel import colour_loss, frequency_loss, pixel_loss
from .state import State

# A critic knows nothing at first, so its word gains weight over so many iterations.
YOUNG = 500
# Iterations between looks at how strong its gradients are beside those of the features.
BALANCED = 20


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
    wanted = without_grain(large, plan.grain) if plan.grain else large
    wanted = sharpened(wanted, plan.sharpen) if plan.sharpen else wanted
    loss = pixel_loss(plan.pixel_at(state.step), made, wanted)
    if plan.colour:
        loss = loss + plan.colour * colour_loss(made, wanted)
    if plan.grid:
        loss = loss + plan.grid * grid_loss(made, large)
    if state.features:
        loss = loss + features_loss(state, made, wanted)
    if plan.frequency:
        loss = loss + plan.frequency * frequency_loss(made, large)
    if plan.artifacts:
        with torch.no_grad(), state.autocast():
            steady = state.average(small).float()
        loss = loss + plan.artifacts * artifact_loss(made, steady, large)
    if state.adversary:
        with state.autocast():
            fooling, matching = state.adversary.losses(made, wanted)
        loss = loss + plan.adversarial * fooling + plan.matching * matching
        with state.autocast():
            state.adversary.gradients(made, wanted)
    return loss


def features_loss(state: State, made: Tensor, wanted: Tensor) -> Tensor:
    """Return how far features are from those of `wanted`, and how little like such to the critic.

    Also computes the critic's gradients. Windows begin at any pixel, so that no network learns where
    the strides of the features lie.
    """
    plan, room = state.plan, made.shape[-1] % 16 or 16
    side = made.shape[-1] - room
    top, left = np.random.default_rng([plan.seed, state.step]).integers(room + 1, size=2)
    made, wanted = (each[..., top : top + side, left : left + side] for each in (made, wanted))
    ours = state.features(made)
    with torch.no_grad():
        theirs = state.features(wanted)
    loss = plan.perceptual * feature_loss(ours, theirs)
    if state.critic:
        doubt = state.critic.loss(ours)
        if state.step % BALANCED == 0:
            state.critic.weigh(made, loss, doubt)
        grown = min(1, (state.step - state.critic.begun) / YOUNG)
        loss = loss + plan.critic * grown * state.critic.balance * doubt
        state.critic.gradients(ours, theirs)
    return loss


def objective(state: State, small: Tensor, large: Tensor) -> Tensor:
    """Return the loss of one batch, of small and large pictures in 0..1."""
    return (picture_loss if state.plan.compares_pictures() else detail_loss)(state, small, large)
