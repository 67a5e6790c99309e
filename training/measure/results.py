"""Figures kept between runs, so that only what is new is measured."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

from ..release.weights import write_whole
from .measurement import Figures, Measurement
from .methods import Method


class Results:
    """A JSON file of figures by a SHA-256 of all they depend on: model file, set, versions of packages.

    It cannot know of changes to the measuring code itself: delete the file after those.
    """

    def __init__(self, path: Path, versions: dict[str, str]) -> None:
        """Read what there is; raises ValueError if the file is no such file."""
        self.path, self.versions = path, versions
        try:
            self.entries = json.loads(path.read_text("utf-8")) if path.exists() else {}
        except ValueError as error:
            raise ValueError(f"{path} is damaged; delete it to measure everything again") from error

    def figures(self, method: Method, measurement: Measurement, log: Callable[[str], None]) -> Figures:
        """Return the figures of a method, measured unless the file has them."""
        facts = [
            method.digest,
            measurement.digest,
            str(measurement.scale),
            str(sorted(self.versions.items())),
        ]
        key = hashlib.sha256("\n".join(facts).encode()).hexdigest()
        if key not in self.entries:
            log(f"measuring {method.name} on {measurement.title}, {measurement.scale} times")
            figures = measurement.run(method)
            self.entries[key] = {
                "method": method.name,
                "set": measurement.title,
                "scale": measurement.scale,
                # The original is infinitely close to itself, which JSON cannot say.
                "figures": {name: value for name, value in figures.items() if math.isfinite(value)},
            }
            write_whole(self.path, (json.dumps(self.entries, indent=1) + "\n").encode())
        return self.entries[key]["figures"]
