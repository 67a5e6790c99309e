"""What fields of `Options` can be: their help, the values they allow, how the command line reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Span = tuple[float, float]
WholeSpan = tuple[int, int]


@dataclass(frozen=True)
class Chance:
    """A probability, 0 to 1."""

    help: str

    def check(self, name: str, value: float) -> None:
        """Raise ValueError unless the value is a probability."""
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is a chance, so it must be 0 to 1, not {value}")

    def argument(self) -> dict[str, Any]:
        """Return what `add_argument` wants to know."""
        return {"help": self.help, "type": float, "metavar": "P"}


@dataclass(frozen=True)
class Range:
    """A lowest and a highest value, both within `least` to `most`; `number` is float or int."""

    help: str
    least: float
    most: float
    number: Callable[[str | float], float] = float

    def check(self, name: str, value: Span) -> None:
        """Raise ValueError unless the value is a range within the limits."""
        rising = len(value) == 2 and self.least <= value[0] <= value[1] <= self.most
        if not rising or any(self.number(each) != each for each in value):
            given = " ".join(str(v) for v in value)
            numbers = "whole numbers" if self.number is int else "numbers"
            raise ValueError(
                f"{name} needs two rising {numbers} of {self.least:g} to {self.most:g}, not {given or 'none'}"
            )

    def argument(self) -> dict[str, Any]:
        """Return what `add_argument` wants to know."""
        return {"help": self.help, "type": self.number, "nargs": 2, "metavar": ("LOW", "HIGH")}


@dataclass(frozen=True)
class Names:
    """One or more names out of `allowed`, drawn evenly; a name given twice is drawn twice as often."""

    help: str
    allowed: tuple[str, ...]

    def check(self, name: str, value: tuple[str, ...]) -> None:
        """Raise ValueError unless there are names and all are allowed."""
        unknown = [each for each in value if each not in self.allowed]
        if unknown or not value:
            raise ValueError(
                f"{name} must be out of {', '.join(self.allowed)}, not {', '.join(unknown) or 'empty'}"
            )

    def argument(self) -> dict[str, Any]:
        """Return what `add_argument` wants to know."""
        listed = f"{self.help}: {', '.join(self.allowed)}"
        return {"help": listed, "nargs": "+", "choices": self.allowed, "metavar": "NAME"}
