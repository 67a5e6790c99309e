"""A run in words: for the card and the header of its model file."""

from __future__ import annotations

import shlex
from dataclasses import fields
from pathlib import Path

from ..degradation.arguments import to_words
from ..degradation.kinds import CLEAN
from ..learn.plan import Plan
from ..learn.state import State
from ..networks.trainable import ARCHITECTURES

# Weights of a plan that a card names, in this order.
LOSSES = ("colour", "frequency", "artifacts", "adversarial", "matching", "perceptual", "critic", "grid")


def duration(seconds: float) -> str:
    """Return a training time in words."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def architecture(plan: Plan) -> str:
    """Return the kind of network and its size."""
    name = ARCHITECTURES[plan.architecture]
    if plan.architecture == "srcnn":
        return name
    if plan.architecture == "span":
        return f"{name}, {plan.width} channels, 6 blocks of three convolutions"
    return f"{name}, {plan.width} channels, {plan.depth} inner convolutions"


def losses(plan: Plan) -> str:
    """Return what the run minimised, in words."""
    pixel = plan.pixel.capitalize()
    if plan.squared < 1:
        pixel += f" (L2 after {100 * plan.squared:.0f} %)"
    weights = {name: getattr(plan, name) for name in LOSSES}
    others = [f"{weight:g} {name}" for name, weight in weights.items() if weight]
    changes = [
        f"without grain below {plan.grain:g}" if plan.grain else "",
        f"sharpened by {plan.sharpen:g}" if plan.sharpen else "",
    ]
    made = " and ".join(filter(None, changes))
    return " + ".join([f"{pixel} loss against originals {made}" if made else f"{pixel} loss", *others])


def training_line(state: State) -> str:
    """Return what was trained on what, in one line."""
    plan, facts = state.plan, state.facts
    line = (
        f"{facts.pictures} pictures ({facts.megapixels:.0f} megapixels), {state.step:,} iterations of "
        f"{plan.batch} crops of {plan.crop}x{plan.crop} small pixels, {losses(plan)}, "
        f"{plan.optimiser.capitalize()}, averaged weights, {duration(state.seconds)} on {facts.hardware}"
    )
    return f"{line}; started from {facts.before}" if facts.before else line


def degradation_words(plan: Plan) -> str:
    """Return how small pictures were made, in words."""
    if plan.degradation == CLEAN:
        return "clean: antialiased bicubic shrinking as by MATLAB's `imresize`, rounded to bytes"
    return f"`{shlex.join(to_words(plan.degradation))}` (`training/degradation/`)"


def training_command(out: Path, state: State) -> str:
    """Return the command that trains such a model: all that differs from the defaults."""
    plan, usual = state.plan, Plan()
    changed = [
        [f"--{field.name}", str(getattr(plan, field.name))]
        for field in fields(Plan)
        if field.name != "degradation" and getattr(plan, field.name) != getattr(usual, field.name)
    ]
    words = [word for pair in changed for word in pair]
    if plan.degradation != CLEAN:
        words += to_words(plan.degradation)
    if state.facts.before:
        words += ["--start", f"{state.facts.before.split()[0]}.safetensors"]
    return (
        f"python -m training train --data DIR --out {out.parent.name}/{out.name} \\\n    {shlex.join(words)}"
    )
