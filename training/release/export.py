"""Turning a training state into what is shipped: model file, index entry and card."""

from __future__ import annotations

from pathlib import Path

from ..data.pictures import Pair
from ..learn.state import State
from ..measure.evaluate import score, table
from ..networks.trainable import ARCHITECTURES
from .card import About, card, update_cards
from .describe import training_line
from .index import file_facts, list_model, list_slider
from .weights import encode, load_model, to_f16, write_whole


def metadata(state: State, about: About) -> dict[str, str]:
    """Return the header entries of the model file."""
    return {
        "format": "pt",
        "architecture": ARCHITECTURES[state.plan.architecture],
        "scale": str(state.plan.scale),
        "title": about.title,
        "licence": about.licence,
        "training": training_line(state),
    }


def export(state: State, sets: dict[str, list[Pair]], out: Path, about: About) -> str:
    """Write the averaged weights, measure the file as written, update index and card; return the table."""
    write_whole(out, encode(to_f16(state.average.state_dict()), metadata(state, about)))
    network = load_model(out).to(state.device)
    scores = [score(name, pairs, network, network.scale) for name, pairs in sets.items()]
    if about.slider:
        list_slider(out, about.slider, about.summary)
    else:
        facts = {"scale": state.plan.scale, "purpose": about.purpose, "title": about.title}
        list_model(out.parent, {"name": out.stem, **file_facts(out), **facts, "summary": about.summary})
    text = card(out, out.stat().st_size, state, scores, about)
    update_cards(out.with_name("README.md"), out.stem, text)
    return table(scores)
