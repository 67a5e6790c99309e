"""Muon's update, and which weights it trains."""

import pytest
import torch
from torch import nn

from training.learn.optimisers import UPDATE_RMS, Muon, make_optimisers, orthogonal
from training.learn.plan import Plan
from training.networks.trainable import fresh_network


@pytest.mark.parametrize("shape", [(8, 8), (8, 72), (72, 8)])
def test_singular_values_come_close_to_one(shape: tuple[int, int]) -> None:
    """Whatever they were before; the quintic trades exactness for speed and stays within 0.5 to 1.3."""
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 1e-3
    values = torch.linalg.svdvals(orthogonal(matrix[None])[0])
    assert 0.5 < values.min()
    assert values.max() < 1.3
    assert torch.linalg.svdvals(matrix / matrix.norm()).min() < 0.4


@pytest.mark.parametrize("shape", [(16, 16, 3, 3), (48, 16, 1, 1)])
def test_the_size_of_an_update_depends_on_the_rate_alone(shape: tuple[int, ...]) -> None:
    """Not on the gradient, nor on the layer's shape."""
    for factor in (1e-4, 1e3):
        weight = nn.Parameter(torch.zeros(shape))
        weight.grad = factor * torch.randn(shape, generator=torch.Generator().manual_seed(2))
        Muon([weight], 0.1).step()
        assert weight.detach().square().mean().sqrt() == pytest.approx(0.1 * UPDATE_RMS, rel=0.25)


def test_weights_of_one_shape_move_as_each_would_alone() -> None:
    """They are put together for speed only."""
    shapes = ((8, 4, 3, 3), (8, 4, 3, 3), (4, 8, 1, 1), (8, 4, 3, 3))
    generator = torch.Generator().manual_seed(4)
    gradients = [torch.randn(shape, generator=generator) for shape in shapes]

    def moved(groups: list[range]) -> list[torch.Tensor]:
        weights = [nn.Parameter(torch.zeros(shape)) for shape in shapes]
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient.clone()
        for group in groups:
            Muon([weights[number] for number in group], 0.1).step()
        return [weight.detach() for weight in weights]

    together, alone = moved([range(4)]), moved([range(n, n + 1) for n in range(4)])
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one, other)


def test_momentum_carries_on_without_a_gradient() -> None:
    """A second step with a gradient of nought still moves."""
    weight = nn.Parameter(torch.zeros(4, 4, 3, 3))
    muon = Muon([weight], 0.1)
    weight.grad = torch.randn(4, 4, 3, 3, generator=torch.Generator().manual_seed(3))
    muon.step()
    before = weight.detach().clone()
    weight.grad = torch.zeros(4, 4, 3, 3)
    muon.step()
    assert not weight.equal(before)


def test_inner_convolutions_go_to_muon_and_all_else_to_adam() -> None:
    """Each weight is trained by exactly one of them."""
    plan = Plan(width=4, depth=2)
    network = fresh_network(plan)
    adam, muon = make_optimisers(network, plan)
    inner = [network.body[2].weight, network.body[4].weight]
    assert [id(weight) for weight in muon.param_groups[0]["params"]] == [id(weight) for weight in inner]
    both = adam.param_groups[0]["params"] + inner
    assert sorted(map(id, both)) == sorted(map(id, network.parameters()))


def test_adam_alone_and_a_wrong_name() -> None:
    """Adam may train everything; others are refused by name."""
    plan = Plan(width=4, depth=2, optimiser="adam")
    (adam,) = make_optimisers(fresh_network(plan), plan)
    assert len(adam.param_groups[0]["params"]) == 11
    with pytest.raises(ValueError, match="not sgd"):
        make_optimisers(fresh_network(plan), Plan(optimiser="sgd"))
