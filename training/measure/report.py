"""The report as Markdown: a table for each set and scale, put between its markers into a README."""

from __future__ import annotations

from pathlib import Path

from ..release.weights import write_whole
from .measurement import Figures, Measurement

BEGIN, END = "<!-- report -->", "<!-- end of report -->"

FORMATS = {
    "PSNR-Y": "{:.2f} dB",
    "SSIM-Y": "{:.4f}",
    "SSIMULACRA2": "{:.1f}",
    "NIQE": "{:.2f}",
    "Features": "{:.3f}",
    "Texture": "{:.3f}",
    "Grid": "{:.2f}",
}

LEGEND = """PSNR-Y, SSIM-Y and SSIMULACRA2 tell how close the enlarged picture is to the true one: higher
is closer. NIQE tells how natural it looks by itself: lower is more natural, but noise may pass for texture.
*Features* is the distance of what a network trained on photographs sees in both, *Texture* how unlike the
statistics of that are: lower is closer. *Grid* is how strong the lines of a pixel shuffle are in the
spectrum, 1 as in the true picture. The row `original` is the true picture itself. *Clean* pictures were
shrunk by antialiased bicubic and nothing else; *light* and *heavy* damage is blur, noise and compression as
well, at random but the same for all. The
figures of text are the characters that Tesseract reads wrongly, in percent, in print that was shrunk and
stored as JPEG before it was enlarged. A model with sliders is measured as its file is, then with one slider
moved to where it is at first or to its other end."""

Rows = list[tuple[str, Figures]]


def table(measurement: Measurement, rows: Rows) -> str:
    """Return the figures of each method as a Markdown table, a dash where there is none."""
    columns = measurement.columns
    lines = [f"| Method | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    for name, figures in rows:
        cells = [FORMATS.get(c, "{:.1f} %").format(figures[c]) if c in figures else "-" for c in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def render(sections: list[tuple[Measurement, Rows]], command: str, versions: dict[str, str]) -> str:
    """Return the whole report: tables under a heading for each scale, then how they came about."""
    parts = ["## Comparison", LEGEND]
    for scale in sorted({measurement.scale for measurement, _ in sections}):
        parts.append(f"### Scale {scale}")
        for measurement, rows in sections:
            if measurement.scale == scale:
                parts += [f"{measurement.title}:", table(measurement, rows)]
    installed = ", ".join(f"{package} {version}" for package, version in versions.items())
    parts += ["Measured by:", f"```sh\n{command}\n```", f"With {installed}."]
    return "\n\n".join(parts) + "\n"


def place(path: Path, report: str) -> None:
    """Put a report between its markers in a file, or at the end of one that has none.

    Raises ValueError where only one marker is there, or they are the wrong way round.
    """
    content = path.read_text("utf-8") if path.exists() else ""
    section = f"{BEGIN}\n{report}{END}"
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        content = before + section + after
    elif BEGIN in content or END in content:
        raise ValueError(
            f"{path} has only one of the lines {BEGIN} and {END}, or has them the wrong way round"
        )
    else:
        content = f"{content.rstrip()}\n\n{section}\n".lstrip()
    write_whole(path, content.encode())
