"""What a training run is told and what it remembers, and the checkpoint file that holds both."""

from __future__ import annotations

import copy
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from .architectures.compact import Compact


@dataclass(frozen=True)
class Plan:
    """The choices that shape a run."""

    width: int = 32
    depth: int = 8
    scale: int = 4
    iterations: int = 24_000
    batch: int = 16
    crop: int = 48
    rate: float = 1e-3
    ema: float = 0.999
    seed: int = 1


@dataclass(frozen=True)
class Facts:
    """What a card tells of a run besides its plan: the data's size and what it ran on."""

    pictures: int
    megapixels: float
    hardware: str


class State:
    """Network, its averaged copy, optimiser, and how far the run has come."""

    def __init__(self, plan: Plan, facts: Facts, device: torch.device) -> None:
        """Start afresh, with weights drawn from the plan's seed."""
        torch.manual_seed(plan.seed)
        self.plan, self.facts, self.device = plan, facts, device
        network = Compact(plan.width, plan.depth, plan.scale)
        self.network = network.to(device, memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=plan.rate)
        # What training calls; may be set to a compiled version of the same.
        self.detail = self.network.detail
        self.step = 0
        self.seconds = 0.0

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
                "plan": asdict(self.plan),
                "facts": asdict(self.facts),
                "step": self.step,
                "seconds": self.seconds,
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
            fresh,
        )
        os.replace(fresh, path)


def load(path: Path, device: torch.device, plan: Plan | None = None, facts: Facts | None = None) -> State:
    """Read a checkpoint; a `plan` and `facts` given here take the place of the stored ones.

    The number of iterations, the learning rate or the data may change on the way; the network's
    shape may not, and is refused.
    """
    stored = torch.load(path, map_location=device, weights_only=True)
    before = Plan(**stored["plan"])
    for shape in ("width", "depth", "scale"):
        if plan and getattr(plan, shape) != getattr(before, shape):
            raise ValueError(f"{path} has {shape} {getattr(before, shape)}, not {getattr(plan, shape)}")
    state = State(plan or before, facts or Facts(**stored["facts"]), device)
    state.network.load_state_dict(stored["network"])
    state.average.load_state_dict(stored["average"])
    state.optimiser.load_state_dict(stored["optimiser"])
    state.step, state.seconds = stored["step"], stored["seconds"]
    return state
