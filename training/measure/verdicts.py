"""What a person said of pairs of pictures, and what follows from it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

CHOICES = ("left", "right", "none")


@dataclass(frozen=True)
class Verdict:
    """Which side of a sheet is better, one of `CHOICES`, and why; `number` counts from 1."""

    number: int
    choice: str
    reason: str

    def line(self) -> str:
        """Return the line of a file of verdicts."""
        return f"{self.number}, {self.choice}, {self.reason}".removesuffix(", ")


def parse_choice(text: str) -> tuple[str, str]:
    """Return the choice, of which a letter is enough, and the reason; raises ValueError if there is none."""
    word, reason = re.match(r"\s*(\w*)[\s,]*(.*)", text).groups()
    for choice in CHOICES:
        if word in (choice, choice[0]):
            return choice, reason.strip()
    raise ValueError(f"a verdict is left, right or none and a reason, not {text.strip()!r}")


def read_verdicts(path: Path, count: int) -> dict[int, Verdict]:
    """Read lines of number, choice and reason, with commas or spaces between; `#` begins a comment.

    Returns them by number; raises ValueError for a line that is none, for a number that is not 1 to `count`,
    and for a second verdict on one sheet.
    """
    verdicts: dict[int, Verdict] = {}
    for line in path.read_text("utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = re.match(r"\s*(\d+)[\s,]+(.*)", line)
        if not match:
            raise ValueError(f"{path}: {line!r} is not a number, left, right or none, and a reason")
        number = int(match[1])
        if not 1 <= number <= count:
            raise ValueError(f"{path}: there is no sheet {number}, they go from 1 to {count}")
        if number in verdicts:
            raise ValueError(f"{path} has two verdicts on sheet {number}")
        verdicts[number] = Verdict(number, *parse_choice(match[2]))
    return verdicts


def wilson(share: float, count: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share seen in `count` trials (Wilson, 1927), as shares of 1."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = share + z * z / (2 * count)
    half = z * math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    return tuple(max(0.0, min(1.0, (middle + sign * half) / (1 + z * z / count))) for sign in (-1, 1))


@dataclass(frozen=True)
class Tally:
    """How often A and B were preferred, how often neither, and why, in the words of the judge."""

    wins: int
    losses: int
    ties: int
    reasons: dict[str, list[str]]

    def share(self) -> float:
        """Return A's share of the pairs, ties counted half."""
        return (self.wins + self.ties / 2) / (self.wins + self.losses + self.ties)

    def text(self, a: str, b: str) -> str:
        """Return all of it as Markdown, for two names."""
        count = self.wins + self.losses + self.ties
        share, low, high = (f"{100 * s:.1f} %" for s in (self.share(), *wilson(self.share(), count)))
        lines = [
            f"A ({a}) against B ({b}), {count} blind pairs: {self.wins} wins, {self.losses} losses, "
            f"{self.ties} ties. A is preferred in {share}, ties counted half; 95 % Wilson interval "
            f"{low} to {high}."
        ]
        titles = {"a": "For A", "b": "For B", "none": "No difference"}
        lines += [f"- {titles[who]}: {'; '.join(said)}" for who, said in self.reasons.items() if said]
        return "\n".join(lines)


def tally(verdicts: list[Verdict], a_left: list[bool]) -> Tally:
    """Count verdicts on the sheets 1 to n, where `a_left` tells on which of them A is on the left.

    Raises ValueError if there are none.
    """
    if not verdicts:
        raise ValueError("there are no verdicts to tally")
    reasons: dict[str, list[str]] = {"a": [], "b": [], "none": []}
    counts = dict.fromkeys(reasons, 0)
    for verdict in verdicts:
        if verdict.choice == "none":
            who = "none"
        else:
            who = "a" if (verdict.choice == "left") == a_left[verdict.number - 1] else "b"
        counts[who] += 1
        if verdict.reason:
            reasons[who].append(verdict.reason)
    return Tally(counts["a"], counts["b"], counts["none"], reasons)
