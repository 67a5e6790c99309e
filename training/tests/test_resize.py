"""`imresize` against values worked out by hand and against PyTorch's antialiased bicubic."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from training.data.resize import imresize, resize_rows, shrink, taps


@pytest.mark.parametrize(("length", "new_length"), [(12, 3), (12, 4), (12, 6), (3, 12), (13, 5), (7, 7)])
def test_weights_sum_to_one(length: int, new_length: int) -> None:
    """So a constant picture stays what it is."""
    _, weight = taps(length, new_length)
    np.testing.assert_allclose(weight.sum(axis=1), 1, atol=1e-12)
    flat = np.full((length, length, 3), 77, dtype=np.uint8)
    assert np.unique(imresize(flat, new_length, new_length)).tolist() == [77]


def test_halving_an_impulse() -> None:
    """The kernel widened twofold, at distances .25, .75, 1.25 and 1.75, worked out by hand."""
    line = np.zeros((16, 1))
    line[8] = 1
    expected = np.zeros(8)
    # New pixel 4 sits at 8.5, half a pixel from the impulse: that is .25 of the widened kernel.
    expected[[4, 3, 5, 2]] = np.array([0.8671875, 0.2265625, -0.0703125, -0.0234375]) / 2
    np.testing.assert_allclose(resize_rows(line, 8)[:, 0], expected, atol=1e-12)


def test_doubling_an_impulse() -> None:
    """Enlarging does not widen the kernel; again distances .25, .75, 1.25 and 1.75."""
    line = np.zeros((8, 1))
    line[4] = 1
    near_to_far = [0.8671875, 0.2265625, -0.0703125, -0.0234375]
    expected = np.zeros(16)
    expected[5:13] = near_to_far[::-1] + near_to_far
    np.testing.assert_allclose(resize_rows(line, 16)[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_border_is_mirrored_with_the_edge_repeated(scale: int) -> None:
    """Resizing equals resizing the line padded symmetrically, with the padding cut off again."""
    line = np.random.default_rng(1).random((12 * scale, 1))
    padded = np.pad(line, ((4 * scale, 4 * scale), (0, 0)), mode="symmetric")
    np.testing.assert_allclose(resize_rows(line, 12), resize_rows(padded, 20)[4:-4], atol=1e-12)


def test_a_line_shorter_than_the_kernel() -> None:
    """The mirror folds as often as needed: of two pixels, one is left, and it is their mean."""
    assert resize_rows(np.array([[10.0], [30.0]]), 1)[0, 0] == pytest.approx(20)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_interior_equals_pytorch(scale: int) -> None:
    """PyTorch's antialiased bicubic has the same kernel and differs at the border only."""
    picture = np.random.default_rng(2).random((20 * scale, 24 * scale))
    mine = resize_rows(resize_rows(picture, 20).T, 24).T
    theirs = functional.interpolate(
        torch.from_numpy(picture)[None, None], size=(20, 24), mode="bicubic", antialias=True
    )[0, 0].numpy()
    np.testing.assert_allclose(mine[3:-3, 3:-3], theirs[3:-3, 3:-3], atol=1e-9)
    assert not np.allclose(mine, theirs, atol=1e-3)


def test_rounding_and_clamping() -> None:
    """Overshoot at an edge of black and white stays within bytes, and halves go up."""
    edge = np.zeros((8, 8, 3), dtype=np.uint8)
    edge[:, 4:] = 255
    large = imresize(edge, 32, 32)
    assert (large.min(), large.max()) == (0, 255)
    assert np.all(large[:, 18:] > 250)
    pair = np.array([[[0] * 3, [1] * 3]], dtype=np.uint8)
    assert imresize(pair, 1, 1).tolist() == [[[1, 1, 1]]]


def test_shrink_divides_the_sides() -> None:
    """Height and width are not mixed up."""
    assert shrink(np.zeros((12, 20, 3), dtype=np.uint8), 4).shape == (3, 5, 3)
