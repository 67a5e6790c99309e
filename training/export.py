"""Turning a training state into what is shipped: model file, index entry and card."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from .card import About, card, update_cards
from .evaluate import score, table
from .pictures import Pair
from .state import State
from .weights import encode, load_model, to_f16, write_whole


def training_line(state: State) -> str:
    """Return what was trained on what, in one line."""
    plan, facts = state.plan, state.facts
    return (
        f"{facts.pictures} pictures ({facts.megapixels:.0f} megapixels), {state.step} iterations of "
        f"{plan.batch} crops of {plan.crop}x{plan.crop}, L1 loss, clean antialiased bicubic shrinking"
    )


def metadata(state: State, about: About) -> dict[str, str]:
    """Return the header entries of the model file."""
    return {
        "format": "pt",
        "architecture": "Compact",
        "scale": str(state.plan.scale),
        "title": about.title,
        "licence": about.licence,
        "training": training_line(state),
    }


def update_index(path: Path, entry: dict[str, str | int]) -> None:
    """Put the entry into the list of models, in the place of one of the same name."""
    index = json.loads(path.read_text("utf-8")) if path.exists() else {"models": []}
    names = [model["name"] for model in index["models"]]
    if entry["name"] in names:
        index["models"][names.index(entry["name"])] = entry
    else:
        index["models"].append(entry)
    write_whole(path, (json.dumps(index, indent=2, ensure_ascii=False) + "\n").encode())


def export(state: State, sets: dict[str, list[Pair]], out: Path, about: About) -> str:
    """Write the averaged weights, measure the file as written, update index and card; return the table."""
    content = encode(to_f16(state.average.state_dict()), metadata(state, about))
    write_whole(out, content)
    network = load_model(out).to(state.device)
    scores = [score(name, pairs, network, network.scale) for name, pairs in sets.items()]
    entry: dict[str, str | int] = {
        "name": out.stem,
        "file": out.name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
        "scale": state.plan.scale,
        "title": about.title,
        "summary": about.summary,
    }
    update_index(out.with_name("index.json"), entry)
    text = card(out, len(content), state, scores, about)
    update_cards(out.with_name("README.md"), out.stem, text)
    return table(scores)
