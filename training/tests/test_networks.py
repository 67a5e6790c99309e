"""Which networks can be trained, and what they may start from."""

import pytest
import torch
from torch.nn import functional

from training.learn.plan import Plan
from training.networks.trainable import fresh_network, start_from


def test_the_size_of_srcnn_is_the_papers() -> None:
    """8,129 parameters with biases, whatever width and depth say."""
    network = fresh_network(Plan(architecture="srcnn", width=7))
    assert sum(weight.numel() for weight in network.parameters()) == 8129
    with pytest.raises(ValueError, match="not edsr"):
        fresh_network(Plan(architecture="edsr"))


def test_what_srcnn_should_compute_is_luma() -> None:
    """The detail and what it should be have the large picture's size and one channel."""
    network = fresh_network(Plan(architecture="srcnn", scale=2))
    small, large = torch.rand(1, 3, 6, 5), torch.rand(1, 3, 12, 10)
    assert network.detail(small).shape == network.wanted_detail(small, large).shape == (1, 1, 12, 10)
    white = network.wanted_detail(small, torch.ones_like(large))
    assert white.flatten().tolist() == pytest.approx(120 * [235 / 255])


def test_the_detail_that_a_span_should_make_gives_the_large_picture() -> None:
    """With the picture repeated and without."""
    network = fresh_network(Plan(architecture="span", width=4, scale=2))
    small, large = torch.rand(1, 3, 6, 5), torch.rand(1, 3, 12, 10)
    for near in (True, False):
        network.near = near
        wanted = network.wanted_detail(small, large)
        assert wanted.shape == network.detail(small).shape
        network.detail = lambda _, wanted=wanted: wanted
        torch.testing.assert_close(network(small), large)
        del network.detail


def test_starting_from_the_same_network_gives_it() -> None:
    """Bit for bit; another width or depth is refused with what differs."""
    plan = Plan(width=4, depth=2, scale=2)
    one, other = fresh_network(plan), fresh_network(plan)
    start_from(other, one.state_dict())
    picture = torch.rand(1, 3, 8, 8)
    assert other(picture).equal(one(picture))
    with pytest.raises(ValueError, match="other names"):
        start_from(fresh_network(Plan(width=4, depth=3, scale=2)), one.state_dict())
    with pytest.raises(ValueError, match=r"body.0.weight is \[4, 3, 3, 3\], not \[5, 3, 3, 3\]"):
        start_from(fresh_network(Plan(width=5, depth=2, scale=2)), one.state_dict())


@pytest.mark.parametrize("architecture", ["compact", "span"])
def test_starting_from_another_scale_samples_its_pixels(architecture: str) -> None:
    """From 4 to 2: every second pixel of each row and column; from 2 to 4 each pixel twice."""
    plans = [Plan(architecture=architecture, width=4, depth=1, scale=scale) for scale in (4, 2)]
    four, two = map(fresh_network, plans)
    last = four.body[-1] if architecture == "compact" else four.upsampler[0]
    torch.nn.init.normal_(last.weight)
    picture = torch.rand(1, 3, 8, 8)
    start_from(two, four.state_dict())
    assert torch.allclose(two(picture), four(picture)[:, :, ::2, ::2], atol=1e-6)
    start_from(four, two.state_dict())
    assert torch.allclose(four(picture), functional.interpolate(two(picture), scale_factor=2), atol=1e-6)


def test_a_wider_span_begins_as_the_one_it_starts_from() -> None:
    """It computes the same; its new channels are alive; a narrower one is refused."""
    narrow, wide = (fresh_network(Plan(architecture="span", width=width, scale=2)) for width in (4, 6))
    torch.nn.init.normal_(narrow.upsampler[0].weight)
    picture = torch.rand(1, 3, 9, 8)
    start_from(wide, narrow.state_dict())
    assert torch.allclose(wide(picture), narrow(picture), atol=1e-5)
    wide(picture).square().sum().backward()
    assert wide.upsampler[0].weight.grad[:, 4:].abs().min() > 0
    assert wide.conv_cat.weight.grad[:4, 4:6].abs().max() > 0
    with pytest.raises(ValueError, match=r"conv_1.eval_conv.weight is \[6, 3, 3, 3\], not \[4, 3, 3, 3\]"):
        start_from(narrow, wide.state_dict())
