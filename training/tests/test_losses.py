"""The losses, and training against a discriminator."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from training.data.patches import Source
from training.data.pictures import read_folder
from training.learn.losses.adversary import Adversary
from training.learn.losses.artifacts import artifact_loss, artifact_map
from training.learn.losses.critic import Critic
from training.learn.losses.discriminator import Discriminator, matching_loss
from training.learn.losses.grid import grid_loss
from training.learn.losses.perceptual import box_mean, feature_loss, sharpened, without_grain
from training.learn.losses.pixel import charbonnier, colour_loss, frequency_loss, pixel_loss
from training.learn.plan import Facts, Plan
from training.learn.state import State, load
from training.learn.train import Habits, run

CPU = torch.device("cpu")
FACTS = Facts(pictures=6, megapixels=0.02, hardware="a test")
SHAPE = {"width": 4, "depth": 1, "scale": 2, "batch": 2, "crop": 12}


def noise(seed: int, *shape: int) -> Tensor:
    """Return values in 0..1."""
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def sources(folder: Path) -> list[Source]:
    """Return the drawn pictures as the one source."""
    return [Source(read_folder(folder, SHAPE["scale"], SHAPE["crop"]).pairs, 1)]


def test_charbonnier_is_l1_but_for_small_differences() -> None:
    """At nought it is its epsilon, with a gradient of nought."""
    one, other = noise(1, 2, 3, 8, 8), noise(2, 2, 3, 8, 8)
    assert charbonnier(one, other).item() == pytest.approx((one - other).abs().mean().item(), rel=1e-2)
    same = one.clone().requires_grad_()
    charbonnier(same, one).backward()
    assert same.grad.abs().max() == 0


def test_the_pixel_loss_is_chosen_by_name() -> None:
    """Others are refused."""
    one, other = noise(1, 4), noise(2, 4)
    assert pixel_loss("l1", one, other) == (one - other).abs().mean()
    assert pixel_loss("l2", one, other) == (one - other).square().mean()
    assert pixel_loss("charbonnier", one, other) == charbonnier(one, other)
    with pytest.raises(ValueError, match="not l3"):
        pixel_loss("l3", one, other)


def test_colour_is_what_is_left_without_luma() -> None:
    """A picture that is lighter by 0.1 is of one colour with the other; one that is bluer by 0.1 is not."""
    true = 0.8 * noise(1, 2, 3, 8, 8)
    assert colour_loss(true + 0.1, true).item() == pytest.approx(0, abs=1e-6)
    bluer = true.clone()
    bluer[:, 2] += 0.1
    assert colour_loss(bluer, true).item() == pytest.approx(0.1 * (0.5 + 0.081312) / 2, rel=1e-4)


def test_one_wrong_frequency_weighs_less_than_as_much_of_all() -> None:
    """A stripe pattern is one frequency; noise of the same energy is all of them."""
    true = torch.zeros(1, 3, 16, 16)
    stripes = torch.tensor([1.0, -1.0]).repeat(8).expand(1, 3, 16, 16)
    scattered = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    scattered = scattered / scattered.square().mean().sqrt()
    assert frequency_loss(true, true) == 0
    assert frequency_loss(stripes, true) < 0.2 * frequency_loss(scattered, true)


def test_artifacts_are_where_errors_vary_and_grew() -> None:
    """Noise in one half of the picture is marked, the smooth half not, nor is anything that got better."""
    true = torch.full((1, 3, 16, 32), 0.5)
    made = true.clone()
    made[..., 16:] = noise(3, 1, 3, 16, 16)
    marked = artifact_map(made, true, true)
    assert marked.shape == (1, 1, 16, 32)
    assert marked[..., :12].max() == 0
    assert marked[..., 20:].mean() > 1e-3
    worse = true + 1
    assert artifact_loss(made, worse, true) == 0
    assert artifact_loss(made, true, true) > 0


def test_the_discriminator_judges_every_pixel_and_learns() -> None:
    """After some steps it tells flat pictures from noisy ones, whatever it begins with."""
    torch.manual_seed(1)
    adversary = Adversary(4, 1e-3, CPU)
    logits, features = adversary.network(noise(1, 2, 3, 16, 24))
    assert logits.shape == (2, 1, 16, 24)
    assert [f.shape[2] for f in features] == [16, 8, 4, 2, 4, 8, 16]
    flat = torch.full((2, 3, 16, 16), 0.5)
    for step in range(150):
        adversary.gradients(flat, noise(step, 2, 3, 16, 16))
        adversary.optimiser.step()
    adversary.network.eval()
    with torch.no_grad():
        assert adversary.network(noise(99, 1, 3, 16, 16))[0].mean() > 0.5
        assert adversary.network(flat)[0].mean() < -0.5


def test_losses_reach_the_picture_and_not_the_discriminator() -> None:
    """Its own training is apart; only the picture gets a gradient from fooling it."""
    torch.manual_seed(1)
    adversary = Adversary(4, 1e-3, CPU)
    made = noise(1, 1, 3, 16, 16).requires_grad_()
    fooling, matching = adversary.losses(made, noise(2, 1, 3, 16, 16))
    (fooling + matching).backward()
    assert made.grad.abs().sum() > 0
    assert all(weight.grad is None for weight in adversary.network.parameters())
    assert all(weight.requires_grad for weight in adversary.network.parameters())


def test_matching_is_nought_for_the_same_features() -> None:
    """And otherwise does not depend on their size."""
    torch.manual_seed(1)
    _, features = Discriminator(4).eval()(noise(1, 1, 3, 16, 16))
    others = [1.5 * feature for feature in features]
    assert matching_loss(features, features) == 0
    assert matching_loss(others, features).item() == pytest.approx(0.5, rel=1e-3)


def test_an_adversarial_run_resumes_exactly(sources: list[Source], tmp_path: Path) -> None:
    """With every loss at work; the discriminator and its optimiser are in the checkpoint."""
    weights = {"frequency": 0.1, "artifacts": 1.0, "adversarial": 0.1, "matching": 0.1, "discriminator": 4}
    plan = Plan(**SHAPE, **weights, iterations=12, rate=5e-3, pixel="charbonnier")
    whole, stopped = State(plan, FACTS, CPU), State(plan, FACTS, CPU)

    class CutOffError(Exception):
        pass

    def cut_off(state: State) -> dict[str, float]:
        if state.step == 12:
            raise CutOffError
        return {}

    run(whole, sources, Habits(tmp_path / "whole.ckpt", 6, 6), lambda line: None)
    with pytest.raises(CutOffError):
        run(stopped, sources, Habits(tmp_path / "cut.ckpt", 6, 6), lambda line: None, cut_off)
    resumed = load(tmp_path / "cut.ckpt", CPU)
    assert resumed.step == 6
    run(resumed, sources, Habits(tmp_path / "cut.ckpt", 6, 6), lambda line: None)
    for one, other in (
        (whole.average, resumed.average),
        (whole.adversary.network, resumed.adversary.network),
    ):
        for name, tensor in one.state_dict().items():
            assert tensor.equal(other.state_dict()[name]), name


def test_a_resumed_run_may_take_up_an_adversary(sources: list[Source], tmp_path: Path) -> None:
    """It starts afresh, of any width; what the network and its optimisers learnt stays."""
    plan = Plan(**SHAPE, iterations=12)
    state = State(plan, FACTS, CPU)
    habits = Habits(tmp_path / "run.ckpt", 6, 6)
    run(state, sources, replace(habits, save_every=12), lambda line: None)
    wanted = replace(plan, iterations=18, adversarial=0.1, discriminator=4)
    resumed = load(habits.checkpoint, CPU, wanted, FACTS)
    assert resumed.network.body[0].weight.equal(state.network.body[0].weight)
    assert resumed.optimisers[0].state_dict()["state"][0]["step"] == 12
    fresh = State(wanted, FACTS, CPU).adversary.network.state_dict()
    run(resumed, sources, habits, lambda line: None)
    assert resumed.step == 18
    assert not resumed.adversary.network.head.weight.equal(fresh["head.weight"])
    again = load(habits.checkpoint, CPU)
    assert again.adversary.network.head.weight.equal(resumed.adversary.network.head.weight)
    with pytest.raises(ValueError, match="discriminator 4, not 8"):
        load(habits.checkpoint, CPU, replace(wanted, discriminator=8), FACTS)


def test_the_loss_turns_to_squares_after_the_share_told() -> None:
    """And never does by default."""
    plan = Plan(iterations=40, squared=0.75, pixel="charbonnier")
    assert [plan.pixel_at(step) for step in (0, 29, 30, 39)] == ["charbonnier"] * 2 + ["l2"] * 2
    assert Plan(iterations=40).pixel_at(39) == "l1"


def test_sharpening_lifts_edges_and_leaves_flat_parts() -> None:
    """An edge overshoots on both sides; small differences stay; sides are of any length."""
    picture = torch.full((1, 3, 30, 42), 0.3)
    picture[..., 21:] = 0.6
    crisp = sharpened(picture, 0.5)
    assert crisp.max() > 0.61
    assert crisp.min() < 0.29
    quiet = 0.5 + 0.01 * noise(3, 1, 3, 32, 32)
    assert torch.equal(sharpened(quiet, 0.5), quiet)


def test_sharpening_makes_a_soft_edge_steeper() -> None:
    """As the fine mask does; with the wide one alone it would be 1.11 times as steep."""
    soft = 0.5 + 0.2 * torch.erf((torch.arange(48) - 23.5) / 2).expand(1, 3, 48, 48)
    before, after = (
        picture[0, 0, 24, 24] - picture[0, 0, 24, 23] for picture in (soft, sharpened(soft, 0.7))
    )
    assert after > 1.15 * before


def test_the_mean_of_a_box_is_that_of_its_pixels() -> None:
    """Inside it is `avg_pool2d`; a flat picture stays as it is up to its border."""
    picture = noise(5, 2, 3, 20, 17)
    inside = torch.nn.functional.avg_pool2d(picture, 7, 1)
    torch.testing.assert_close(box_mean(picture)[..., 3:-3, 3:-3], inside)
    flat = torch.full((1, 1, 9, 8), 0.3)
    torch.testing.assert_close(box_mean(flat), flat)


def test_grain_goes_and_edges_stay() -> None:
    """Grain of deviation 1 shrinks to a quarter; an edge of 100 stays as steep."""
    grain = (100 + torch.randn(1, 3, 40, 40, generator=torch.Generator().manual_seed(4))) / 255
    assert without_grain(grain, 4).std() < grain.std() / 4
    edge = torch.zeros(1, 3, 24, 24)
    edge[..., 12:] = 100 / 255
    smooth = without_grain(edge, 4)
    assert (smooth[..., 12] - smooth[..., 11]).min() > 0.99 * 100 / 255


def test_features_are_compared_by_size_and_direction() -> None:
    """A channel that is off by its deviation costs 1, whatever its size; features at right angles 1 more."""
    wanted = torch.cat([noise(1, 2, 1, 30, 30), 100 * noise(2, 2, 1, 30, 30)], 1)
    assert feature_loss([wanted], [wanted]).item() == 0
    deviation = wanted.std(dim=(0, 2, 3), keepdim=True)
    off = wanted + deviation
    apart = torch.nn.functional.normalize(off, dim=1) - torch.nn.functional.normalize(wanted, dim=1)
    expected = 1 + apart.square().sum(1).mean().item() / 2
    assert feature_loss([off], [wanted]).item() == pytest.approx(expected, rel=0.01)
    one, other = torch.zeros(1, 2, 4, 4), torch.zeros(1, 2, 4, 4)
    one[:, 0], other[:, 1] = 3, noise(3, 4, 4)
    by_size = ((one - other).abs() / (other.std(dim=(0, 2, 3), keepdim=True) + 1e-3)).mean().item()
    assert feature_loss([one], [other]).item() == pytest.approx(by_size + 1, rel=1e-4)


def test_a_critic_learns_to_tell_and_is_weighed() -> None:
    """Its loss falls from 2 for features that differ, and its gradients become as large as the others'."""
    torch.manual_seed(1)
    critic = Critic([4, 8], 0.01, CPU)
    features = [[noise(seed, 2, c, 12, 12) + offset for c in (4, 8)] for seed, offset in ((1, 0), (2, 0.5))]
    losses = []
    for _ in range(20):
        losses.append(critic.gradients(*features).item())
        critic.optimiser.step()
    assert losses[0] == pytest.approx(2, abs=0.3)
    assert losses[-1] < 0.5 * losses[0]
    made = features[0][1].clone().requires_grad_()
    doubt = critic.loss([features[0][0], made])
    critic.weigh(made, 0.01 * made.square().sum(), doubt)
    sizes = [
        torch.autograd.grad(loss, made, retain_graph=True)[0].norm()
        for loss in (0.01 * made.square().sum(), critic.balance * doubt)
    ]
    assert sizes[0].item() == pytest.approx(sizes[1].item(), rel=1e-3)


def test_a_grid_costs_and_fades_by_its_gradient() -> None:
    """Only what stands out more than in the true picture counts."""
    true = noise(1, 2, 3, 64, 64)
    assert grid_loss(true, true).item() == pytest.approx(0, abs=1e-6)
    made = true.clone()
    made[..., ::4] += 0.2
    made.requires_grad_()
    before = grid_loss(made, true)
    before.backward()
    assert before.item() > 0.01
    step = made - 0.1 * before.item() / made.grad.square().sum() * made.grad
    assert grid_loss(step, true).item() == pytest.approx(0.9 * before.item(), rel=0.02)
