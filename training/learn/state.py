"""What a training run remembers, and the checkpoint file that holds it."""

from __future__ import annotations

import copy
import os
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from ..networks.features import Features
from ..networks.trainable import fresh_network, start_from
from .losses.adversary import Adversary
from .losses.critic import Critic
from .optimisers import make_optimisers
from .plan import SHAPES, Facts, Plan


def computes_bf16(device: torch.device) -> bool:
    """Return whether bf16 is computed and not emulated, which takes three times as long as f32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


class State:
    """Network, its averaged copy, optimisers, and how far the run has come."""

    def __init__(
        self, plan: Plan, facts: Facts, device: torch.device, start: dict[str, Tensor] | None = None
    ) -> None:
        """Start afresh, with weights drawn from the plan's seed, or with those of `start`."""
        torch.manual_seed(plan.seed)
        self.plan, self.facts, self.device = plan, facts, device
        network = fresh_network(plan)
        if start:
            start_from(network, start)
        self.network = network.to(device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimisers = make_optimisers(self.network, plan)
        self.adversary = Adversary(plan.discriminator, plan.rate, device) if plan.has_adversary() else None
        self.features = Features(0).to(device) if plan.compares_features() else None
        self.critic = Critic(self.features.channels(), plan.rate, device) if plan.critic else None
        self.half = computes_bf16(device)
        # What training calls of the network.
        self.detail, self.enlarge = self.network.detail, self.network.forward
        self.step = 0
        self.seconds = 0.0
        self.history: list[dict[str, float]] = []

    def compile(self) -> None:
        """Have PyTorch compile what training calls, once it does."""
        self.detail, self.enlarge = torch.compile(self.network.detail), torch.compile(self.network.forward)

    def autocast(self) -> torch.autocast:
        """Return a context in which convolutions compute in bf16 where the device does that."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.half)

    def all_optimisers(self) -> list[torch.optim.Optimizer]:
        """Return those of the network and of what it is trained against."""
        return self.optimisers + [judge.optimiser for judge in self.judges()]

    def judges(self) -> list[Adversary | Critic]:
        """Return what the network is trained against."""
        return [judge for judge in (self.adversary, self.critic) if judge]

    def update_average(self) -> None:
        """Move the averaged weights towards the current ones, faster while the run is young."""
        keep = min(self.plan.ema, (1 + self.step) / (10 + self.step))
        averaged, current = list(self.average.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(averaged, current, 1 - keep)

    def save(self, path: Path) -> None:
        """Write a checkpoint; a run cut off while writing leaves the previous one whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".part")
        torch.save(
            {
                "plan": self.plan.stored(),
                "facts": asdict(self.facts),
                "step": self.step,
                "seconds": self.seconds,
                "history": self.history,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
                "adversary": self.adversary.state_dict() if self.adversary else None,
                "critic": self.critic.state_dict() if self.critic else None,
            },
            fresh,
        )
        os.replace(fresh, path)


def load(path: Path, device: torch.device, plan: Plan | None = None, facts: Facts | None = None) -> State:
    """Read a checkpoint; a `plan` and `facts` given here take the place of the stored ones.

    Losses, rates, the optimiser or the data may change on the way; what is new of these starts afresh,
    as do fields that the plan of an older checkpoint lacks. The networks' shapes may not change, and
    raise ValueError.
    """
    stored = torch.load(path, map_location=device, weights_only=True)
    before = Plan.restored(stored["plan"])
    plan = plan or before
    shapes = (*SHAPES, "discriminator") if stored["adversary"] and plan.has_adversary() else SHAPES
    for shape in shapes:
        if getattr(plan, shape) != getattr(before, shape):
            raise ValueError(f"{path} has {shape} {getattr(before, shape)}, not {getattr(plan, shape)}")
    state = State(plan, facts or Facts(**stored["facts"]), device)
    state.network.load_state_dict(stored["network"])
    state.average.load_state_dict(stored["average"])
    if plan.optimiser == before.optimiser:
        for optimiser, memory in zip(state.optimisers, stored["optimisers"], strict=True):
            optimiser.load_state_dict(memory)
    if state.adversary and stored["adversary"]:
        state.adversary.load_state_dict(stored["adversary"])
    state.step, state.seconds = stored["step"], stored["seconds"]
    if state.critic and stored.get("critic"):
        state.critic.load_state_dict(stored["critic"])
    elif state.critic:
        state.critic.begun = state.step
    state.history = stored["history"]
    return state
