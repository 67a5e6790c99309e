"""The card of a model: a section of the README beside it, written from measured values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from .evaluate import Score, table
from .state import State
from .weights import write_whole

HEADING = """# Models

One card for each model file of this folder, as `python -m training` wrote it. `index.json` lists them.
"""


@dataclass(frozen=True)
class About:
    """What the person who trains says of the model: name for users, use, data with licences, licence."""

    title: str
    summary: str
    data_note: str
    licence: str


def duration(seconds: float) -> str:
    """Return a training time in words."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def training_command(out: Path, state: State) -> str:
    """Return the command that trains such a model."""
    options = " ".join(f"--{name} {value}" for name, value in asdict(state.plan).items())
    return f"python -m training train --data DIR --out {out.parent.name}/{out.name} \\\n    {options}"


def card(out: Path, size: int, state: State, scores: list[Score], about: About) -> str:
    """Return the Markdown section for a model file of `size` bytes."""
    plan, facts = state.plan, state.facts
    folders = " ".join(s.folder for s in scores)
    rows = {
        "Purpose": f"enlarging clean pictures {plan.scale} times, true to the original",
        "Architecture": f"Compact (Real-ESRGAN's SRVGGNetCompact), {plan.width} channels, "
        f"{plan.depth} inner convolutions",
        "Parameters": f"{state.average.parameter_count():,}",
        "File": f"{size:,} bytes, f16",
        "Licence": about.licence,
        "Data": f"{facts.pictures} pictures, {facts.megapixels:.0f} megapixels: {about.data_note}",
        "Degradation": "clean: antialiased bicubic shrinking as by MATLAB's `imresize`, rounded to bytes",
        "Training": f"{state.step:,} iterations of {plan.batch} crops of {plan.crop}x{plan.crop} "
        "small pixels, L1 loss, Adam, averaged weights",
        "Training time": f"{duration(state.seconds)} on {facts.hardware}",
    }
    table_rows = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return f"""## {out.stem}

{about.summary}

| | |
|---|---|
{table_rows}

Measured with the f16 weights of the file, computing in f32; luma (BT.601), {plan.scale} border pixels cut:

{table(scores)}

Measured by, and trained by:

```sh
python -m training evaluate --model {out.parent.name}/{out.name} {folders}
{training_command(out, state)}
```

Limits: it learned from clean small pictures only, so it keeps JPEG blocks, noise and blur and may sharpen
them. The L1 loss makes it cautious: fine texture that the small picture does not show stays soft. The
pictures measured on were shrunk in the very way it was trained for; others may gain less.
"""


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
