"""Cutting batches from a pool of patches."""

from itertools import islice

import numpy as np
import pytest
import torch
from torch import Tensor

from training.data.patches import Patches, Source
from training.data.pictures import Pair
from training.data.pool import CropSpec, Pool
from training.data.resize import shrink
from training.tests.conftest import drawn_picture

CPU = torch.device("cpu")


def one_source(side: int = 64, upright: bool = False) -> list[Source]:
    """Return a drawn picture as the only one."""
    large = drawn_picture(8, side)
    return [Source([Pair("one", large, shrink(large, 2))], 1, upright)]


def batches(
    spec: CropSpec, first: int, count: int, numbers: range | None = None
) -> list[tuple[Tensor, Tensor]]:
    """Return batches from number `first` on, of a picture at scale 2."""
    pool = Pool(Patches(one_source(), 2, 12, spec.seed), spec, CPU)
    return list(islice(pool.batches(first, numbers or range(spec.batch), 0), count))


def test_crops_are_aligned_and_keep_orientation_in_step() -> None:
    """Where large pixels repeat small ones, every crop must show the same repetition."""
    small = np.random.default_rng(4).integers(256, size=(20, 30, 3), dtype=np.uint8)
    pair = Pair("one", small.repeat(3, axis=0).repeat(3, axis=1), small, drawn=True)
    pool = Pool(Patches([Source([pair], 1)], 3, 12, 5), CropSpec(8, 32, 5), CPU)
    smalls, larges = next(pool.batches(0, range(32), 0))
    assert smalls.shape == (32, 3, 8, 8)
    repeated = smalls.repeat_interleave(3, dim=2).repeat_interleave(3, dim=3)
    assert repeated.equal(larges)
    assert len({piece.numpy().tobytes() for piece in smalls}) > 28


def orientations(upright: bool) -> set[bytes]:
    """Return the crops seen of a picture that allows but one place."""
    pool = Pool(Patches(one_source(16, upright), 2, 8, 7), CropSpec(8, 64, 7), CPU)
    _, larges = next(pool.batches(0, range(64), 0))
    return {piece.permute(1, 2, 0).numpy().tobytes() for piece in larges}


def test_all_eight_orientations_occur_unless_pictures_are_upright() -> None:
    """Letters are not turned."""
    large = drawn_picture(8, 16)
    turned = [np.rot90(p, k) for p in (large, large[::-1]) for k in range(4)]
    assert orientations(False) == {np.ascontiguousarray(t).tobytes() for t in turned}
    assert orientations(True) == {large.tobytes()}


def test_a_batch_follows_from_seed_and_step() -> None:
    """Whatever batch the run began with: an exact resume rests on it."""
    spec = CropSpec(8, 4, 1, patches=8, fresh=2)
    whole = batches(spec, 0, 9)
    for (small, large), (small_again, large_again) in zip(whole[6:], batches(spec, 6, 3), strict=True):
        assert small.equal(small_again)
        assert large.equal(large_again)
    assert not whole[0][0].equal(whole[1][0])
    assert not whole[0][0].equal(batches(CropSpec(8, 4, 2, patches=8, fresh=2), 0, 1)[0][0])


def test_parts_of_a_batch_make_the_whole() -> None:
    """Several processes see together what one would see."""
    spec = CropSpec(8, 4, 1, patches=8)
    whole, first, second = (batches(spec, 5, 1, part)[0][0] for part in (None, range(2), range(2, 4)))
    assert whole.equal(torch.cat([first, second]))


def test_a_pool_that_never_changes_is_refused() -> None:
    """It would be learnt by heart."""
    with pytest.raises(ValueError, match="not 0"):
        Pool(Patches(one_source(), 2, 12, 1), CropSpec(8, 4, 1, fresh=0), CPU)


def test_patches_give_way_to_new_ones() -> None:
    """Each batch brings `fresh` new ones, and the oldest go."""
    pool = Pool(Patches(one_source(), 2, 12, 1), CropSpec(8, 4, 1, patches=8, fresh=2), CPU)
    stream = pool.batches(0, range(4), 0)
    held = []
    for _ in range(5):
        next(stream)
        held.append({patch.numpy().tobytes() for patch in pool.small})
    kept = [len(held[0] & later) for later in held]
    assert kept == [8, 6, 4, 2, 0]


def test_workers_make_the_same_patches() -> None:
    """They come in order."""
    spec = CropSpec(8, 4, 1, patches=8)
    pool = Pool(Patches(one_source(), 2, 12, 1), spec, CPU)
    (alone,) = batches(spec, 3, 1)
    helped = next(pool.batches(3, range(4), 2))
    assert all(map(torch.equal, alone, helped))
