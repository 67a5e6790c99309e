"""The order in which a picture is degraded."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .blurring import blur, final_ring, sharpen
from .compression import compress
from .draw import between_logarithms, happens, one_of
from .noise import add_chroma_noise, add_noise, smear
from .options import Options
from .resizing import resize

# HR pixels from the border within which blur and compression see what is beyond it.
REACH = 16


class Run:
    """One picture on its way, RGB bytes (height, width, 3), and short words on the steps it has taken."""

    def __init__(self, picture: NDArray[np.uint8], rng: np.random.Generator) -> None:
        """Begin with a copy."""
        self.picture, self.rng = np.array(picture, order="C"), rng
        self.steps: list[str] = []

    def round(self, options: Options, height: int, width: int) -> None:
        """Blur, resize to the given size, add noise and smear it."""
        self.keep(blur(self.picture, options, self.rng))
        self.resize(options, height, width)
        self.keep(add_noise(self.picture, options, self.rng))
        self.keep(add_chroma_noise(self.picture, options, self.rng))
        self.keep(smear(self.picture, options, self.rng))

    def resize(self, options: Options, height: int, width: int) -> None:
        """Resize by a filter drawn from the options."""
        if self.picture.shape[:2] != (height, width):
            kind = one_of(self.rng, options.filters)
            self.keep((resize(self.picture, height, width, kind), f"{kind} {width}x{height}"))

    def compress(self, options: Options) -> None:
        """Encode and decode."""
        self.keep(compress(self.picture, options, self.rng))
        if happens(self.rng, options.recompression_chance):
            self.keep(compress(self.picture, options, self.rng))

    def finish(self, options: Options, height: int, width: int) -> None:
        """Bring the picture to its final size, with what is done to pictures there."""
        self.resize(options, height, width)
        self.keep(final_ring(self.picture, options, self.rng))
        self.keep(sharpen(self.picture, options, self.rng))

    def keep(self, step: tuple[NDArray[np.uint8], str]) -> None:
        """Go on with what a step made, and note its words if it did anything."""
        self.picture, said = step
        if said:
            self.steps.append(said)


class Degradation:
    """Makes a small picture of a large one, at random, without any shift between them.

    With one round: blur, shrink, noise, ringing, sharpening, compression. With two (the second-order
    degradation of Real-ESRGAN, Wang et al., 2021): blur, resize, noise, compression; blur, resize, noise;
    then the final size and compression, in either order.

    `margin` is how many HR pixels, a multiple of `scale`, a caller that wants a crop should cut in addition
    on every side, as blur sees the border; from the result it cuts off `margin // scale` pixels on every
    side. An object holds no state, so threads may share it.
    """

    def __init__(self, options: Options, scale: int) -> None:
        """Degrade by the options to a `scale`-th of the size; raises ValueError if it is below 1."""
        if scale < 1:
            raise ValueError(f"the scale must be at least 1, not {scale}")
        self.options, self.scale = options, scale
        self.margin = scale * math.ceil(REACH / scale)

    def __call__(self, large: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return the small picture (height / scale, width / scale, 3) of RGB bytes (height, width, 3).

        It follows from the picture and the state of `rng` alone. Raises ValueError for any other kind of
        array, and for sides that are not multiples of the scale.
        """
        return self.trace(large, rng)[0]

    def trace(
        self, large: NDArray[np.uint8], rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], list[str]]:
        """Return the same small picture and the steps taken, in a few words each."""
        self.check(large)
        options, run = self.options, Run(large, rng)
        height, width = (side // self.scale for side in large.shape[:2])
        if not happens(rng, options.two_rounds_chance):
            run.round(options, height, width)
            run.finish(options, height, width)
            run.compress(options)
            return run.picture, run.steps

        second = options.second_round()
        run.round(options, *scaled(large.shape[:2], between_logarithms(rng, options.resize)))
        run.compress(options)
        run.round(second, *scaled((height, width), between_logarithms(rng, second.resize)))
        if happens(rng, options.early_compression_chance):
            run.compress(second)
            run.finish(second, height, width)
        else:
            run.finish(second, height, width)
            run.compress(second)
        return run.picture, run.steps

    def check(self, large: NDArray[np.uint8]) -> None:
        """Raise ValueError unless the picture can be degraded."""
        if large.dtype != np.uint8 or large.ndim != 3 or large.shape[2] != 3:
            raise ValueError(f"expected bytes (height, width, 3), not {large.dtype} {large.shape}")
        height, width = large.shape[:2]
        if min(height, width) == 0 or height % self.scale or width % self.scale:
            raise ValueError(f"{width}x{height} pixels cannot be shrunk by {self.scale} without a rest")


def scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """Return a size multiplied and rounded, at least 1x1."""
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
