"""The training loop: L1 loss, Adam, cosine decay, averaged weights, periodic checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.nn import functional

from .pictures import Batches, Pair
from .state import Plan, State


def learning_rate(plan: Plan, step: int) -> float:
    """Return the rate for a step: half a cosine from `plan.rate` down to a hundredth of it."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / plan.iterations))
    return plan.rate * (0.01 + 0.99 * cosine)


def iterate(state: State, batches: Batches) -> torch.Tensor:
    """Learn from one batch and return its loss (mean absolute error on 0..1), left on the device."""
    small, large = (pieces.to(state.device).float() / 255 for pieces in batches.cut(state.step))
    for group in state.optimiser.param_groups:
        group["lr"] = learning_rate(state.plan, state.step)
    wanted = state.network.wanted_detail(small, large)
    # bf16 halves the memory traffic of the convolutions; the loss and the weights stay f32.
    with torch.autocast(state.device.type, dtype=torch.bfloat16):
        made = state.detail(small)
    loss = functional.l1_loss(made.float(), wanted)
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    state.optimiser.step()
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


def run(
    state: State,
    pairs: list[Pair],
    checkpoint: Path,
    save_every: int,
    report_every: int,
    log: Callable[[str], None],
    measure: Callable[[State], str] | None = None,
) -> list[float]:
    """Train to the plan's last iteration and return the mean loss of each reported stretch.

    Every `save_every` iterations, and at the end, the checkpoint is written and, with `measure`, the
    averaged network measured.
    """
    plan = state.plan
    batches = Batches(pairs, plan.scale, plan.crop, plan.batch, plan.seed)
    losses: list[float] = []
    total, counted = torch.zeros((), device=state.device), 0
    last = time.monotonic()
    while state.step < plan.iterations:
        total += iterate(state, batches)
        counted += 1
        end = state.step == plan.iterations
        if end or state.step % report_every == 0 or state.step % save_every == 0:
            losses.append(total.item() / counted)
            now = time.monotonic()
            state.seconds += now - last
            log(progress(state, losses[-1], counted / (now - last)))
            total, counted = torch.zeros((), device=state.device), 0
            if end or state.step % save_every == 0:
                state.save(checkpoint)
                if measure:
                    log(measure(state))
            last = time.monotonic()
    return losses
