"""The network's tensors, its arithmetic, and reading its sizes back from tensors."""

import pytest
import torch
from torch.nn import functional

from training.networks.compact import Compact, compact_from_tensors
from training.networks.trainable import parameter_count


def test_tensor_names_and_shapes() -> None:
    """The names of SRVGGNetCompact, which other programs look for."""
    shapes = {name: tuple(tensor.shape) for name, tensor in Compact(4, 1, 2).state_dict().items()}
    assert shapes == {
        "body.0.weight": (4, 3, 3, 3),
        "body.0.bias": (4,),
        "body.1.weight": (4,),
        "body.2.weight": (4, 4, 3, 3),
        "body.2.bias": (4,),
        "body.3.weight": (4,),
        "body.4.weight": (12, 4, 3, 3),
        "body.4.bias": (12,),
    }


def test_parameter_count() -> None:
    """896 + 8 * 9248 + 13872 in convolutions, 9 * 32 slopes."""
    assert parameter_count(Compact(32, 8, 4)) == 89_040


def test_forward_is_the_written_out_arithmetic() -> None:
    """Convolution, PReLU, convolution, shuffle, plus repeated pixels."""
    torch.manual_seed(0)
    network, small = Compact(4, 0, 3), torch.rand(2, 3, 5, 6)
    with torch.no_grad():
        network.body[1].weight.copy_(torch.tensor([0.5, -0.25, 0.0, 2.0]))
        first, slopes, last = network.body[0], network.body[1].weight, network.body[2]
        features = functional.conv2d(small, first.weight, first.bias, padding=1)
        features = torch.where(features > 0, features, slopes[None, :, None, None] * features)
        features = functional.conv2d(features, last.weight, last.bias, padding=1)
        detail = features.reshape(2, 3, 3, 3, 5, 6).permute(0, 1, 4, 2, 5, 3).reshape(2, 3, 15, 18)
        expected = detail + small.repeat_interleave(3, dim=2).repeat_interleave(3, dim=3)
        torch.testing.assert_close(network(small), expected)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_wanted_detail_is_the_inverse(scale: int) -> None:
    """The loss on details is the loss on pictures, for every scale."""
    torch.manual_seed(1)
    network, small = Compact(4, 1, scale), torch.rand(2, 3, 6, 5)
    large = torch.rand(2, 3, 6 * scale, 5 * scale)
    on_details = functional.l1_loss(network.detail(small), network.wanted_detail(small, large))
    torch.testing.assert_close(on_details, functional.l1_loss(network(small), large))
    torch.testing.assert_close(network.wanted_detail(small, network(small)), network.detail(small))


@pytest.mark.parametrize(("width", "depth", "scale"), [(4, 0, 1), (6, 3, 2), (5, 1, 3), (32, 8, 4)])
def test_sizes_come_back_from_tensors(width: int, depth: int, scale: int) -> None:
    """Nothing but the tensors is needed to rebuild the network."""
    network = compact_from_tensors(Compact(width, depth, scale).state_dict())
    assert (network.width, network.depth, network.scale) == (width, depth, scale)


@pytest.mark.parametrize(("act", "slope"), [("relu", 0.0), ("leakyrelu", 0.1)])
def test_activations_without_slopes(act: str, slope: float) -> None:
    """They are PReLU with fixed slopes."""
    torch.manual_seed(2)
    plain, sloped = Compact(4, 1, 2, act), Compact(4, 1, 2)
    sloped.load_state_dict(plain.state_dict(), strict=False)
    with torch.no_grad():
        for number in (1, 3):
            sloped.body[number].weight.fill_(slope)
    small = torch.rand(1, 3, 5, 6)
    torch.testing.assert_close(plain(small), sloped(small))
    assert compact_from_tensors(plain.state_dict(), act).body[1].__class__ is plain.body[1].__class__


@pytest.mark.parametrize("sizes", [(4, 1, 5), (0, 1, 2), (4, -1, 2)])
def test_impossible_sizes_are_refused(sizes: tuple[int, int, int]) -> None:
    """Rather than built into something odd."""
    with pytest.raises(ValueError, match="must be"):
        Compact(*sizes)


def test_an_unknown_activation_is_refused() -> None:
    """By its name."""
    with pytest.raises(ValueError, match="not tanh"):
        Compact(4, 1, 2, "tanh")
