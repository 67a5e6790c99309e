"""The card of a model: a section of the README beside it, written from measured values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..learn.state import State
from ..measure.evaluate import Score, table
from ..networks.trainable import parameter_count
from .describe import architecture, degradation_words, training_command, training_line
from .index import Slider
from .purposes import PURPOSES
from .weights import write_whole

HEADING = """# Models

One card for each model file of this folder, as `python -m training` wrote it. `index.json` lists them.
"""


@dataclass(frozen=True)
class About:
    """What the person who trains says of the model: name for users, use, data with licences, licence."""

    title: str
    summary: str
    purpose: str
    limits: str
    data_note: str
    licence: str
    slider: Slider | None = None


def card(out: Path, size: int, state: State, scores: list[Score], about: About) -> str:
    """Return the Markdown section for a model file of `size` bytes."""
    plan, facts = state.plan, state.facts
    folders = " ".join(s.folder for s in scores)
    slider = about.slider
    end = slider and f"other end of the slider `{slider.name}` of `{slider.model}`"
    rows = {
        "Purpose": end or PURPOSES[about.purpose],
        "Architecture": architecture(plan),
        "Parameters": f"{parameter_count(state.average):,}",
        "File": f"{size:,} bytes, f16",
        "Licence": about.licence,
        "Data": f"{facts.pictures} pictures, {facts.megapixels:.0f} megapixels: {about.data_note}",
        "Degradation": degradation_words(plan),
        "Training": training_line(state),
    }
    table_rows = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    crops = out.parent / "cards" / f"{out.stem}.webp"
    picture = f"\n![Crops side by side](cards/{crops.name})\n" if crops.exists() else ""
    limits = f"\nLimits: {about.limits}\n" if about.limits else ""
    return f"""## {out.stem}

{about.summary}
{picture}
| | |
|---|---|
{table_rows}

On clean small pictures, measured with the weights in f16, computing in f32; luma (BT.601),
{plan.scale} border pixels cut:

{table(scores)}

Measured by, and trained by:

```sh
python -m training evaluate --model {out.parent.name}/{out.name} {folders}
{training_command(out, state)}
```
{limits}"""


def tell_size(path: Path, name: str, size: int) -> None:
    """Put the size of a file that went into 8 bits into its card, where there is one."""
    content = path.read_text("utf-8")
    before, begin, rest = content.partition(f"<!-- card of {name} -->\n")
    changed = re.sub(
        r"^\| File \| .* \|$", f"| File | {size:,} bytes, 8 bits |", rest, count=1, flags=re.MULTILINE
    )
    if begin:
        write_whole(path, f"{before}{begin}{changed}".encode())


def update_cards(path: Path, name: str, text: str) -> None:
    """Put a card into a README, between its markers, in the place of the card of the same name."""
    begin, end = f"<!-- card of {name} -->\n", f"<!-- end of {name} -->\n"
    content = path.read_text("utf-8") if path.exists() else HEADING
    section = f"{begin}{text}{end}"
    if begin in content and end in content:
        before, after = content.split(begin)[0], content.split(end)[1]
        content = before + section + after
    else:
        content = f"{content.rstrip()}\n\n{section}"
    write_whole(path, content.encode())
