"""The training loop: warm-up and cosine decay, averaged weights, periodic checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from ..data.patches import Patches, Source, Variation
from ..data.pool import CropSpec, Pool
from .distributed import average_gradients, is_first, own_crops
from .history import write_history
from .objective import objective
from .plan import Plan
from .state import State

# The optimisers know little of a fresh network's gradients; rates rise over this number of iterations.
WARM_UP = 50


def learning_rate(plan: Plan, step: int) -> float:
    """Return the rate for a step: a short rise, and half a cosine from `plan.rate` down to a hundredth."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / plan.iterations))
    return plan.rate * min(1, (step + 1) / WARM_UP) * (0.01 + 0.99 * cosine)


def iterate(state: State, small: Tensor, large: Tensor) -> Tensor:
    """Learn from one batch of bytes and return its loss, left on the device."""
    small, large = (pieces.to(state.device, non_blocking=True).float() / 255 for pieces in (small, large))
    for optimiser in state.all_optimisers():
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(state.plan, state.step)
    state.network.zero_grad(set_to_none=True)
    loss = objective(state, small, large)
    loss.backward()
    average_gradients(state.network.parameters())
    for judge in state.judges():
        average_gradients(judge.network.parameters())
    for optimiser in state.all_optimisers():
        optimiser.step()
    state.update_average()
    state.step += 1
    return loss.detach()


def progress(state: State, loss: float, speed: float) -> str:
    """Return one line for the log; `speed` is in iterations per second."""
    left = (state.plan.iterations - state.step) / speed
    return (
        f"{state.step}/{state.plan.iterations} loss {loss:.5f} {speed:.1f} it/s "
        f"{int(left // 3600)}:{int(left % 3600 // 60):02d}:{int(left % 60):02d} left"
    )


@dataclass(frozen=True)
class Habits:
    """When a run does what besides learning, how many processes make its patches, and how long it may take.

    With `minutes` the plan's iterations give way to as many as can be done in that time.
    """

    checkpoint: Path
    save_every: int = 2000
    report_every: int = 200
    workers: int = 0
    minutes: float = 0.0


def run(
    state: State,
    sources: list[Source],
    habits: Habits,
    log: Callable[[str], None],
    measure: Callable[[State], dict[str, float]] | None = None,
) -> None:
    """Train to the plan's last iteration; what came of it is in `state.history`.

    Every `save_every` iterations, and at the end, the checkpoint is written and, with `measure`, the
    averaged network measured: PSNR-Y in dB by name of the set.
    """
    plan = state.plan
    if state.step >= plan.iterations:
        return
    # Patches a third wider than a crop are cut in many ways, and small enough to be made often.
    side, variation = 4 * plan.crop // 3, Variation(plan.zoom, plan.recolour)
    patches = Patches(sources, plan.scale, side, plan.seed, plan.degradation, variation)
    pool = Pool(patches, CropSpec(plan.crop, plan.batch, plan.seed, plan.patches, plan.fresh), state.device)
    total, counted = torch.zeros((), device=state.device), 0
    begun = last = time.monotonic()
    for small, large in pool.batches(state.step, own_crops(plan.batch), habits.workers):
        total += iterate(state, small, large)
        counted += 1
        ends = state.step == state.plan.iterations
        saves = ends or state.step % habits.save_every == 0
        if not saves and state.step % habits.report_every:
            continue
        loss, now = total.item() / counted, time.monotonic()
        state.seconds += now - last
        # The first stretch has compiling in it, so it tells nothing of the speed.
        if habits.minutes and not ends and last > begun:
            pace(state, counted / (now - last), habits.minutes * 60 - (now - begun))
        log(progress(state, loss, counted / (now - last)))
        measured = measure(state) if measure and saves and is_first() else {}
        if measured:
            log(", ".join(f"{name} {psnr:.2f} dB" for name, psnr in measured.items()))
        state.history.append({"step": state.step, "loss": loss, "seconds": state.seconds, **measured})
        if saves and is_first():
            state.save(habits.checkpoint)
            write_history(habits.checkpoint.with_suffix(".csv"), state.history)
        if ends:
            return
        total, counted = torch.zeros((), device=state.device), 0
        last = time.monotonic()


def pace(state: State, speed: float, seconds: float) -> None:
    """Plan as many iterations as `seconds` allow at a `speed` in iterations per second."""
    state.plan = replace(state.plan, iterations=state.step + max(1, round(seconds * speed)))
