"""Cutting and degrading patches."""

from dataclasses import astuple

import numpy as np
import pytest
from numpy.typing import NDArray

from training.data.patches import Patch, Patches, Source, Variation, tilted
from training.data.pictures import Pair
from training.data.resize import shrink
from training.degradation import Options
from training.tests.conftest import drawn_picture

AREA = Options(filters=("area",))


def one_source(side: int = 64) -> list[Source]:
    """Return a drawn picture as the only one."""
    large = drawn_picture(8, side)
    return [Source([Pair("one", large, shrink(large, 2))], 1)]


def drawn_pair() -> Pair:
    """Return a pair whose small version is white and its large one black."""
    white, black = np.full((24, 24, 3), 255, np.uint8), np.zeros((48, 48, 3), np.uint8)
    return Pair("one", black, white, drawn=True)


def square_means(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean of each four pixels."""
    height, width = (side // 2 for side in picture.shape[:2])
    return picture.reshape(height, 2, width, 2, 3).mean((1, 3))


def test_a_patch_follows_from_seed_and_number() -> None:
    """An exact resume rests on it."""

    def patch(seed: int, number: int) -> Patch:
        return Patches(one_source(), 2, 8, seed, variation=Variation()).patch(number)

    def same(one: Patch, other: Patch) -> bool:
        return all(map(np.array_equal, astuple(one), astuple(other)))

    assert same(patch(1, 3), patch(1, 3))
    assert not same(patch(1, 3), patch(1, 4))
    assert not same(patch(1, 3), patch(2, 3))


@pytest.mark.parametrize("variation", [Variation(1, 0), Variation(2.5, 1)])
def test_small_patches_lie_where_the_large_ones_lie(variation: Variation) -> None:
    """Shrinking by area makes the mean of each four pixels, at the picture's edges and when varied too."""
    patches = Patches(one_source(side=60), 2, 8, 1, AREA, variation)
    made = [patches.patch(number) for number in range(60)]
    for patch in made:
        assert (patch.small.shape, patch.large.shape) == ((8, 8, 3), (16, 16, 3))
        assert np.abs(patch.small - square_means(patch.large)).max() <= 0.51
    assert len({patch.large.tobytes() for patch in made}) > 55


def test_a_picture_no_larger_than_a_patch_is_one() -> None:
    """The side gives way to the smallest picture."""
    patch = Patches(one_source(side=32), 2, 40, 1, variation=Variation(2, 0)).patch(0)
    assert np.array_equal(patch.large, drawn_picture(8, 32))


def test_colours_change_places_and_pages_are_left_alone() -> None:
    """Red becomes each colour; in upright sources it stays red."""
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    pair = Pair("red", red, red[::2, ::2])
    for upright, expected in ((False, {0, 1, 2}), (True, {0})):
        patches = Patches([Source([pair], 1, upright)], 2, 8, 1, variation=Variation(2, 1))
        made = [patches.patch(number) for number in range(40)]
        assert {int(patch.small[0, 0].argmax()) for patch in made} == expected
        assert all(patch.upright == upright for patch in made)


def test_shares_decide_how_often_a_source_is_seen() -> None:
    """Three to one, however many pictures each has."""
    black, white = (np.full((16, 16, 3), value, np.uint8) for value in (0, 255))
    few, many = [Pair("black", black, black[:8, :8])], 9 * [Pair("white", white, white[:8, :8])]
    patches = Patches([Source(few, 3), Source(many, 1)], 2, 4, 1)
    share = np.mean([patches.patch(number).large.mean() / 255 for number in range(400)])
    assert 0.18 < share < 0.32


def test_small_versions_that_were_drawn_are_used_and_degraded() -> None:
    """As they are where nothing happens to pictures; else half the time, with what happens at that size."""
    source = Source([drawn_pair()], 1)
    clean = Patches([source], 2, 8, 1)
    assert min(clean.patch(number).small.min() for number in range(40)) == 255
    noisy = Options(filters=("area",), noise_chance=1.0, poisson_share=0.0, gaussian_sigma=(9.0, 9.0))
    patches = Patches([source], 2, 8, 1, noisy)
    made = np.stack([patches.patch(number).small for number in range(200)])
    drawn = made.mean((1, 2, 3)) > 128
    assert 70 < drawn.sum() < 130
    assert made[drawn].min() < 250
    assert made[~drawn].max() > 5


def test_a_tilted_square_keeps_within_the_picture() -> None:
    """What lies outside would be black; a square too large for its angle is refused."""
    white = np.full((40, 40, 3), 255, np.uint8)
    rng = np.random.default_rng(3)
    squares = [tilted(white, 28, rng) for _ in range(50)]
    assert all(square.min() == 255 for square in squares if square is not None)
    assert 5 < sum(square is None for square in squares) < 45


def test_variation_is_checked() -> None:
    """It cannot enlarge, and a chance is one."""
    with pytest.raises(ValueError, match=r"not 0\.5 and 0"):
        Variation(0.5, 0)
    with pytest.raises(ValueError, match=r"not 1 and 2"):
        Variation(1, 2)
