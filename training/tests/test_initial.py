"""The first weights of deep networks."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.learn.initial import smooth_pictures
from training.learn.plan import Plan
from training.networks.trainable import fresh_network


def test_a_span_begins_as_plain_enlargement_with_features_of_unit_size() -> None:
    """Its last convolution adds nothing yet; all others make values that deviate by about 1."""
    torch.manual_seed(2)
    network = fresh_network(Plan(architecture="span", width=12, scale=3))
    deviations: list[float] = []

    def watch(_layer: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        deviations.append(output.std().item())

    inner = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)][:-1]
    for layer in inner:
        layer.register_forward_hook(watch)
    picture = smooth_pictures()
    with torch.no_grad():
        assert network(picture).equal(functional.interpolate(picture, scale_factor=3))
    assert len(deviations) == 21
    assert 0.5 < min(deviations)
    assert max(deviations) < 2
