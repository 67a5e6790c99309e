"""Under what conditions a time was taken: the processor, and the commit of the code."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path


def processor(told: Path = Path("/proc/cpuinfo")) -> str:
    """Return the processor's name, from Linux's own words where there are such."""
    if told.is_file():
        for line in told.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def commit(folder: Path = Path()) -> str:
    """Return the commit's short name, with a word where the code is not the commit's; texts do not count.

    In no Git repository it is "unknown".
    """
    words = ["rev-parse", "--short=10", "HEAD"], ["status", "--porcelain", "--", ":(exclude,glob)**/*.md"]
    answers = []
    for each in words:
        done = subprocess.run(["git", *each], cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            return "unknown"
        answers.append(done.stdout.strip())
    name, changes = answers
    return f"{name} with changes" if changes else name
