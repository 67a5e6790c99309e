"""Drawing from chances and ranges."""

from __future__ import annotations

import math

import numpy as np

from .fields import Span, WholeSpan


def happens(rng: np.random.Generator, chance: float) -> bool:
    """Return true with the given chance."""
    return bool(rng.random() < chance)


def between(rng: np.random.Generator, span: Span) -> float:
    """Draw evenly from a range."""
    return float(rng.uniform(*span))


def between_logarithms(rng: np.random.Generator, span: Span) -> float:
    """Draw from a range of positive numbers, so that doubling is as likely everywhere."""
    return math.exp(rng.uniform(math.log(span[0]), math.log(span[1])))


def whole_between(rng: np.random.Generator, span: WholeSpan) -> int:
    """Draw a whole number evenly, both ends included."""
    return int(rng.integers(span[0], span[1], endpoint=True))


def one_of(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    """Draw one name."""
    return names[rng.integers(len(names))]
