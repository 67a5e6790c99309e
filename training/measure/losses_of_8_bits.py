"""What 8 bits cost: size, PSNR-Y and feature distance of a model file before and after, as a table."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from ..data.pictures import Pair
from ..release.quantise import Written, filled
from ..release.weights import read_end, write_whole
from . import perception
from .evaluate import compare, enlarge

BEGIN, END = "<!-- 8 bits -->\n", "<!-- end of 8 bits -->\n"
HEAD = """| File | Bytes | brotli | in 8 bits | brotli | PSNR-Y and features before, and their change |
|---|---:|---:|---:|---:|---|
"""


@dataclass(frozen=True)
class Row:
    """Sizes of a file in bytes, and of each set (dB before, dB after, features before, features after)."""

    file: str
    sizes: tuple[int, int, int, int]
    figures: dict[str, tuple[float, float, float, float]]

    def line(self) -> str:
        """Return the row of the table."""
        told = [
            f"{name}: {one:.2f} dB {two - one:+.3f}, {near:.3f} {100 * (far / near - 1):+.2f} %"
            for name, (one, two, near, far) in self.figures.items()
        ]
        sizes = " | ".join(f"{size:,}" for size in self.sizes)
        return f"| {self.file} | {sizes} | {'; '.join(told)} |"


def brotli(content: bytes) -> int:
    """Return the size that a server sends, by Node, which the page's tests need as well; 0 without it."""
    script = (
        "const z=require('zlib'),c=z.constants,b=require('fs').readFileSync(0);"
        "console.log(z.brotliCompressSync(b,{params:{[c.BROTLI_PARAM_QUALITY]:11,[c.BROTLI_PARAM_LGWIN]:24}}).length)"
    )
    try:
        done = subprocess.run(["node", "-e", script], input=content, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(done.stdout)


def figures(network: nn.Module, pairs: list[Pair]) -> tuple[float, float]:
    """Return mean PSNR-Y in dB and mean feature distance."""
    found = []
    for pair in pairs:
        made = enlarge(network, pair.small)
        features = [perception.features_of(picture) for picture in (pair.large, made)]
        psnr, _ = compare(pair.large, made, network.scale)
        found.append((psnr, perception.feature_distance(*features)))
    psnr, distance = np.mean(found, axis=0).tolist()
    return psnr, distance


def row(written: Written, folder: Path, network: nn.Module, sets: dict[str, list[Pair]]) -> Row:
    """Measure a file that was put into 8 bits; `network` is the model that it belongs to, as it is now."""
    before = filled(network, written.before)
    after = filled(network, read_end(folder / written.file, network.state_dict()))
    told = {}
    for name, pairs in sets.items():
        (one, near), (two, far) = figures(before, pairs), figures(after, pairs)
        told[name] = one, two, near, far
    sizes = len(written.old), brotli(written.old), len(written.new), brotli(written.new)
    return Row(written.file, sizes, told)


def place(path: Path, rows: list[Row]) -> None:
    """Put rows into the table between its markers, in the place of those of the same files."""
    content = path.read_text("utf-8")
    before, begin, rest = content.partition(BEGIN)
    table, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} lacks the lines {BEGIN.strip()} and {END.strip()}")
    old = [line for line in table.splitlines() if line.startswith("|")][2:]
    lines = {line.split("|")[1].strip(): line for line in old} | {row.file: row.line() for row in rows}
    text = HEAD + "".join(f"{line}\n" for line in lines.values())
    write_whole(path, f"{before}{BEGIN}{text}{END}{after}".encode())
