"""Training a tiny network on drawn pictures, cutting the run off and resuming it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.data.patches import Source
from training.data.pictures import read_folder
from training.data.pool import CropPositions, Pool
from training.learn.plan import Facts, Plan
from training.learn.state import State, load
from training.learn.train import Habits, learning_rate, run

PLAN = Plan(width=4, depth=1, scale=2, iterations=40, batch=4, crop=12, rate=5e-3, seed=3)
FACTS = Facts(pictures=6, megapixels=0.02, hardware="a test")
CPU = torch.device("cpu")


def train(state: State, sources: list[Source], checkpoint: Path) -> list[float]:
    """Run quietly, saving and reporting every ten iterations; return the loss of each report."""
    run(state, sources, Habits(checkpoint, save_every=10, report_every=10), log=lambda line: None)
    return [report["loss"] for report in state.history]


@pytest.fixture
def sources(folder: Path) -> list[Source]:
    """Return the drawn pictures as the one source."""
    return [Source(read_folder(folder, PLAN.scale, PLAN.crop).pairs, 1)]


def test_loss_falls_and_the_average_follows(sources: list[Source], tmp_path: Path) -> None:
    """The last stretch is clearly better than the first; the average is neither start nor end."""
    state = State(PLAN, FACTS, CPU)
    start = state.average.body[0].weight.clone()
    losses = train(state, sources, tmp_path / "run.ckpt")
    assert len(losses) == 4
    assert losses[-1] < 0.9 * losses[0]
    assert not state.average.body[0].weight.equal(start)
    assert not state.average.body[0].weight.equal(state.network.body[0].weight)


def test_every_iteration_has_its_own_batch(
    sources: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch numbers count up from nought."""
    numbers = []

    def positions(pool: Pool, step: int) -> CropPositions:
        numbers.append(step)
        return original(pool, step)

    original = Pool.positions
    monkeypatch.setattr(Pool, "positions", positions)
    train(State(PLAN, FACTS, CPU), sources, tmp_path / "run.ckpt")
    assert numbers == list(range(40))


def test_resuming_continues_exactly(sources: list[Source], tmp_path: Path) -> None:
    """A run stopped at a checkpoint and resumed ends with the weights of one never stopped."""
    whole, stopped = State(PLAN, FACTS, CPU), State(PLAN, FACTS, CPU)
    losses = train(whole, sources, tmp_path / "whole.ckpt")

    class CutOffError(Exception):
        pass

    def cut_off(state: State) -> dict[str, float]:
        if state.step == 20:
            raise CutOffError
        return {}

    with pytest.raises(CutOffError):
        run(stopped, sources, Habits(tmp_path / "cut.ckpt", 10, 10), lambda line: None, cut_off)
    resumed = load(tmp_path / "cut.ckpt", CPU)
    assert (resumed.step, resumed.plan, resumed.facts) == (10, PLAN, FACTS)
    assert train(resumed, sources, tmp_path / "cut.ckpt") == losses
    for name, tensor in whole.average.state_dict().items():
        assert tensor.equal(resumed.average.state_dict()[name]), name


def test_minutes_take_the_place_of_iterations(sources: list[Source], tmp_path: Path) -> None:
    """No time is left at the second report, so the next iteration is the last, at the lowest rate."""
    state = State(PLAN, FACTS, CPU)
    run(state, sources, Habits(tmp_path / "run.ckpt", 10, 10, minutes=1e-6), log=lambda line: None)
    assert (state.step, state.plan.iterations) == (21, 21)
    assert [report["step"] for report in state.history] == [10, 20, 21]


def test_resuming_refuses_another_shape(sources: list[Source], tmp_path: Path) -> None:
    """And says which size differs."""
    State(PLAN, FACTS, CPU).save(tmp_path / "run.ckpt")
    with pytest.raises(ValueError, match="width 4, not 8"):
        load(tmp_path / "run.ckpt", CPU, Plan(width=8, depth=1, scale=2), FACTS)


def test_a_resumed_run_may_take_another_optimiser(sources: list[Source], tmp_path: Path) -> None:
    """It starts afresh; its momentum means nothing to the other."""
    checkpoint = tmp_path / "run.ckpt"
    train(State(PLAN, FACTS, CPU), sources, checkpoint)
    resumed = load(checkpoint, CPU, replace(PLAN, optimiser="adam", iterations=50), FACTS)
    assert resumed.step == 40
    assert not resumed.optimisers[0].state
    assert len(train(resumed, sources, checkpoint)) == 5


def test_checkpoints_of_before_a_field_was_added_are_read(sources: list[Source], tmp_path: Path) -> None:
    """Whatever the plan or the degradation lacks is as it is by default."""
    checkpoint = tmp_path / "run.ckpt"
    train(State(PLAN, FACTS, CPU), sources, checkpoint)
    stored = torch.load(checkpoint, weights_only=True)
    del stored["plan"]["matching"], stored["plan"]["degradation"]["blur_chance"]
    torch.save(stored, checkpoint)
    assert load(checkpoint, CPU).plan == PLAN


def test_a_failed_save_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CropSpec off while writing, the run can still resume from before."""
    checkpoint = tmp_path / "run.ckpt"
    state = State(PLAN, FACTS, CPU)
    state.save(checkpoint)
    before = checkpoint.read_bytes()

    def half(content: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError, match="disk full"):
        state.save(checkpoint)
    assert checkpoint.read_bytes() == before


def test_learning_rate() -> None:
    """It rises, then falls: about half in the middle, a hundredth at the end."""
    plan = Plan(iterations=10_000, rate=5e-3)
    assert learning_rate(plan, 0) == pytest.approx(plan.rate / 50, rel=0.01)
    assert learning_rate(plan, 50) == pytest.approx(plan.rate, rel=0.01)
    assert learning_rate(plan, 5_000) == pytest.approx(plan.rate * 0.505)
    assert learning_rate(plan, 10_000) == pytest.approx(plan.rate * 0.01)
