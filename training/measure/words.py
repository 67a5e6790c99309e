"""Lines of English words, names, numbers and punctuation to draw and read back, the same for each seed."""

from __future__ import annotations

import numpy as np

WORDS = (
    "the of and to in is that for it was on are with they at be this have from or one had by but not what "
    "all were we when your can said there use an each which she do how their if will up other about out many "
    "then them these so some her would make like him into time has look two more write go see number way "
    "could people than first water been call who oil its now find long down day did get come made may part "
    "over new sound take only little work know place year live me back give most very after thing our just "
    "name good sentence man think say great where help through much before line right too mean old any same "
    "tell boy follow came want show also around form three small set put end does another well large must "
    "big even such because turn here why ask went men read need land different home us move try kind hand "
    "picture again change off play spell air away animal house point page letter mother answer found study "
    "still learn should world high every near add food between own below country plant last school father "
    "keep tree never start city earth eye light thought head under story saw left few while along might "
    "close something seem next hard open example begin life always those both paper together got group often "
    "run important until children side feet car mile night walk white sea began grow took river four carry "
    "state once book hear stop without second later miss idea enough eat face watch far really almost let "
    "above girl sometimes mountain cut young talk soon list song being leave family journal quick exit fuzzy "
    "window vertex jacket quartz pixel zero maximum option quality budget value expert journey weekly"
).split()


def number(rng: np.random.Generator) -> str:
    """Return a year, a price, a time, a percentage or a count."""
    value = int(rng.integers(10, 10000))
    kinds = (
        f"{1900 + value % 130}",
        f"${value / 100:.2f}",
        f"{value % 24}:{value % 60:02d}",
        f"{value % 100}%",
        f"{value:,}",
    )
    return kinds[rng.integers(len(kinds))]


def token(rng: np.random.Generator) -> str:
    """Return a word, mostly in small letters, or a number, with the punctuation that may follow."""
    kind = rng.random()
    if kind < 0.12:
        return number(rng)
    word = str(rng.choice(WORDS))
    word = word.upper() if kind < 0.16 else word.capitalize() if kind < 0.3 else word
    return word + str(
        rng.choice(["", ",", ".", ";", ":", "?", "!"], p=[0.8, 0.08, 0.06, 0.02, 0.02, 0.01, 0.01])
    )


def lines(count: int, longest: int, seed: int) -> list[str]:
    """Return `count` lines of at most `longest` characters, each filled as far as whole words go."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(count):
        line = token(rng).capitalize()
        while len(line) < longest - 10:
            line += " " + token(rng)
        out.append(line[:longest].rstrip())
    return out
