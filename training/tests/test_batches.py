"""Cutting batches."""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from training.batches import Batches, Cut, Source, to_bytes
from training.degradation import Options
from training.pictures import Pair
from training.resize import shrink
from training.tests.conftest import drawn_picture


def test_crops_are_aligned_and_keep_orientation_in_step() -> None:
    """With large pixels that repeat small ones, every crop must show the same repetition."""
    small = np.random.default_rng(4).integers(256, size=(20, 30, 3), dtype=np.uint8)
    large = small.repeat(3, axis=0).repeat(3, axis=1)
    batches = Batches([Source([Pair("one", large, small)], 1)], Cut(scale=3, crop=8, batch=32, seed=5))
    smalls, larges = batches.cut(0)
    assert smalls.shape == (32, 3, 8, 8)
    repeated = smalls.repeat_interleave(3, dim=2).repeat_interleave(3, dim=3)
    assert np.array_equal(repeated.numpy(), larges.numpy())
    places = {bytes(piece.numpy().tobytes()) for piece in smalls}
    assert len(places) > 28


def test_all_eight_orientations_occur() -> None:
    """Cut from a picture that allows but one place."""
    large = drawn_picture(6, side=16)
    batches = Batches(
        [Source([Pair("one", large, shrink(large, 2))], 1)], Cut(scale=2, crop=8, batch=64, seed=7)
    )
    _, larges = batches.cut(0)
    seen = {piece.numpy().tobytes() for piece in larges}
    turned = [np.rot90(p, k) for p in (large, large[::-1]) for k in range(4)]
    assert seen == {to_bytes([np.ascontiguousarray(t)])[0].numpy().tobytes() for t in turned}


def one_source(side: int = 64) -> list[Source]:
    """Return a drawn picture as the only one."""
    large = drawn_picture(8, side)
    return [Source([Pair("one", large, shrink(large, 2))], 1)]


def test_a_batch_follows_from_seed_and_step() -> None:
    """An exact resume rests on it."""

    def batch(seed: int, step: int) -> Tensor:
        return Batches(one_source(), Cut(2, 8, 4, seed)).cut(step)[1]

    assert batch(1, 3).equal(batch(1, 3))
    assert not batch(1, 3).equal(batch(1, 4))
    assert not batch(1, 3).equal(batch(2, 3))


def test_parts_of_a_batch_make_the_whole() -> None:
    """Several processes see together what one would see."""
    batches = Batches(one_source(), Cut(2, 8, 4, 1))
    whole, first, second = (batches.cut(5, part)[0] for part in (None, range(2), range(2, 4)))
    assert whole.equal(torch.cat([first, second]))


def test_shares_decide_how_often_a_source_is_seen() -> None:
    """Three to one, however many pictures each has."""
    black, white = (np.full((16, 16, 3), value, np.uint8) for value in (0, 255))
    few, many = [Pair("black", black, black[:8, :8])], 9 * [Pair("white", white, white[:8, :8])]
    batches = Batches([Source(few, 3), Source(many, 1)], Cut(2, 4, 400, 1))
    share = batches.cut(0)[0].float().mean() / 255
    assert 0.18 < share < 0.32


def drawn_pair() -> Pair:
    """Return a pair whose small version is white and its large one black."""
    white, black = np.full((24, 24, 3), 255, np.uint8), np.zeros((48, 48, 3), np.uint8)
    return Pair("one", black, white, drawn=True)


def test_what_is_degraded_lies_where_the_large_crop_lies() -> None:
    """Shrinking by area alone makes the mean of each four pixels, at the picture's edges too."""
    options = Options(filters=("area",))
    smalls, larges = Batches(one_source(side=24), Cut(2, 8, 40, 1), options).cut(0)
    means = avg_pool2d(larges.float(), 2)
    assert (smalls - means).abs().max() <= 0.51


def test_small_versions_that_were_drawn_are_used_and_degraded() -> None:
    """As they are where nothing happens to pictures; else half the time, with what happens at that size."""
    source = Source([drawn_pair()], 1)
    clean, _ = Batches([source], Cut(2, 8, 40, 1)).cut(0)
    assert clean.min() == 255
    noisy = Options(filters=("area",), noise_chance=1.0, poisson_share=0.0, gaussian_sigma=(9.0, 9.0))
    made, _ = Batches([source], Cut(2, 8, 200, 1), noisy).cut(0)
    drawn = made.float().mean((1, 2, 3)) > 128
    assert 70 < drawn.sum() < 130
    assert made[drawn].min() < 250
    assert made[~drawn].max() > 5
