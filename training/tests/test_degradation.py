"""Degrading whole pictures."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.resize import shrink
from training.degradation import KINDS, Degradation, Options
from training.tests.conftest import drawn_picture

CENTRE = (61.0, 79.0)


def dot(side: int = 144, spread: float = 10.0) -> NDArray[np.uint8]:
    """Return a smooth bright dot on black, off the middle."""
    y, x = np.mgrid[:side, :side]
    value = 200 * np.exp(-((y - CENTRE[0]) ** 2 + (x - CENTRE[1]) ** 2) / (2 * spread**2))
    return np.rint(value).astype(np.uint8)[..., None].repeat(3, axis=2)


def shift(small: NDArray[np.floating], scale: int) -> float:
    """Return how many small pixels the dot is away from where it should be."""
    weight = np.clip(small.mean(axis=2) - 30, 0, None)
    place = [np.average(axis, weights=weight) for axis in np.mgrid[: small.shape[0], : small.shape[1]]]
    return max(abs(p - ((c + 0.5) / scale - 0.5)) for p, c in zip(place, CENTRE, strict=True))


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_clean_is_plain_bicubic(scale: int) -> None:
    """The small pictures that published figures assume."""
    large = drawn_picture(1, side=48)
    small, steps = Degradation(KINDS["clean"], scale).trace(large, np.random.default_rng(1))
    assert np.array_equal(small, shrink(large, scale))
    assert len(steps) == (scale > 1)


@pytest.mark.parametrize("kind", KINDS)
def test_follows_from_the_seed(kind: str) -> None:
    """Bytes of the small size, the same from the same seed, and the large picture left as it was."""
    large = drawn_picture(2, side=72)
    before = large.copy()
    degrade = Degradation(KINDS[kind], scale=3)
    first, again, other = (degrade(large, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first.shape == (24, 24, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert np.array_equal(first, other) == (kind == "clean")
    assert np.array_equal(large, before)


def test_result_is_a_copy() -> None:
    """Even at scale 1 with nothing done, so that changing it leaves the large picture alone."""
    large = drawn_picture(2)
    assert not np.shares_memory(Degradation(Options(), 1)(large, np.random.default_rng(1)), large)


@pytest.mark.parametrize("kind", KINDS)
def test_no_shift_on_average(kind: str) -> None:
    """Noise and blocks move the dot at random; what is left in the mean would be a shift."""
    degrade, rng = Degradation(KINDS[kind], scale=4), np.random.default_rng(3)
    mean = np.mean([degrade(dot(), rng) for _ in range(100)], axis=0)
    assert shift(mean, 4) < 0.05


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_no_shift_through_odd_sizes(scale: int) -> None:
    """Two rounds of blur and resizing by every filter, without anything random in the pixels."""
    options = replace(
        KINDS["strong"], noise_chance=0, second_noise_chance=0, compression_chance=0, blur_sigma=(0.2, 1.5)
    )
    degrade, rng = Degradation(options, scale), np.random.default_rng(4)
    assert max(shift(degrade(dot(), rng), scale) for _ in range(40)) < 0.06


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_margin_hides_the_border(scale: int) -> None:
    """Inside the margin, a crop is degraded just as it is within its picture."""
    large = np.random.default_rng(5).integers(256, size=(240, 240, 3), dtype=np.uint8)
    options = Options(blur_chance=1, blur_kernels=("plateau",), blur_sigma=(3, 3), filters=("area",))
    degrade = Degradation(options, scale)
    side = 24 * scale + 2 * degrade.margin
    whole = degrade(large, np.random.default_rng(6))
    crop = degrade(large[scale : scale + side, scale : scale + side], np.random.default_rng(6))
    edge = degrade.margin // scale
    assert degrade.margin % scale == 0
    assert np.array_equal(crop[edge:-edge, edge:-edge], whole[1:, 1:][edge : edge + 24, edge : edge + 24])
    assert not np.array_equal(crop[:24, :24], whole[1:25, 1:25])


def test_steps_are_told_in_order() -> None:
    """Two rounds, then either order of the final size and compression."""
    options = replace(
        KINDS["strong"],
        second_blur_chance=1,
        final_sinc_chance=1,
        webp_share=0,
        resize=(0.4, 0.4),
        second_resize=(0.5, 0.5),
    )
    rng = np.random.default_rng(7)
    degrade = Degradation(options, scale=2)
    orders = {tuple(compressions(degrade.trace(drawn_picture(8), rng)[1])) for _ in range(20)}
    assert orders == {(3, 7), (3, 9)}


def compressions(steps: list[str]) -> list[int]:
    """Return at which places of the steps a JPEG was made."""
    return [place for place, step in enumerate(steps) if step.startswith("JPEG")]


@pytest.mark.parametrize("kind", KINDS)
def test_tiny_pictures(kind: str) -> None:
    """Down to one small pixel."""
    assert Degradation(KINDS[kind], 4)(drawn_picture(9)[:4, :4], np.random.default_rng(1)).shape == (1, 1, 3)


@pytest.mark.parametrize(
    ("large", "words"),
    [
        (np.zeros((8, 9, 3), np.uint8), "9x8 .* by 4"),
        (np.zeros((0, 8, 3), np.uint8), "8x0"),
        (np.zeros((8, 8), np.uint8), "bytes"),
        (np.zeros((8, 8, 3), np.float32), "bytes"),
    ],
)
def test_refuses_what_is_no_picture(large: NDArray[np.generic], words: str) -> None:
    """With the reason."""
    with pytest.raises(ValueError, match=words):
        Degradation(Options(), scale=4)(large, np.random.default_rng(1))


def test_refuses_a_scale_of_none() -> None:
    """It would divide by nothing."""
    with pytest.raises(ValueError, match="at least 1"):
        Degradation(Options(), scale=0)
