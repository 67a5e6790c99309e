"""The choices that shape a training run, and what a card tells of it besides."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ..degradation import Options
from ..degradation.kinds import CLEAN


@dataclass(frozen=True)
class Plan:
    """What a run is told. A run that is resumed may change all but the networks' shapes."""

    architecture: str = "compact"
    width: int = 32
    depth: int = 8
    scale: int = 4
    iterations: int = 24_000
    batch: int = 16
    crop: int = 48
    patches: int = 256
    fresh: int = 4
    zoom: float = 2.0
    recolour: float = 0.5
    rate: float = 1e-3
    optimiser: str = "muon"
    ema: float = 0.999
    seed: int = 1
    pixel: str = "l1"
    squared: float = 1.0
    colour: float = 0.0
    frequency: float = 0.0
    artifacts: float = 0.0
    adversarial: float = 0.0
    matching: float = 0.0
    discriminator: int = 32
    grain: float = 0.0
    sharpen: float = 0.0
    perceptual: float = 0.0
    critic: float = 0.0
    grid: float = 0.0
    degradation: Options = CLEAN

    def stored(self) -> dict[str, Any]:
        """Return the plan as plain values, for a checkpoint."""
        return asdict(self)

    @classmethod
    def restored(cls, stored: dict[str, Any]) -> Plan:
        """Return the plan that `stored` made these values of; fields that came later have their defaults."""
        return cls(**stored | {"degradation": Options(**stored["degradation"])})

    def pixel_at(self, step: int) -> str:
        """Return the name of the pixel loss of an iteration."""
        return "l2" if step >= self.squared * self.iterations else self.pixel

    def has_adversary(self) -> bool:
        """Return whether the network is trained against a discriminator."""
        return self.adversarial > 0 or self.matching > 0

    def compares_pictures(self) -> bool:
        """Return whether a loss needs the picture itself and not only the values that make it up."""
        weights = (self.colour, self.frequency, self.artifacts, self.grain, self.sharpen, self.grid)
        return self.has_adversary() or self.compares_features() or max(weights) > 0

    def compares_features(self) -> bool:
        """Return whether a loss needs features of a network that was trained by others."""
        return self.perceptual > 0 or self.critic > 0


SHAPES = ("architecture", "width", "depth", "scale")


@dataclass(frozen=True)
class Facts:
    """The data's size, what the run was on, and what it started from, if anything."""

    pictures: int
    megapixels: float
    hardware: str
    before: str = ""
