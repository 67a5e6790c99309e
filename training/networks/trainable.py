"""The networks that can be trained, by name, and what they may start from."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..learn.initial import even_out
from ..learn.plan import Plan
from .compact import Compact
from .span import SPAN
from .srcnn import SRCNN

# What people call the architectures that can be trained.
ARCHITECTURES = {"compact": "Compact", "span": "SPAN", "srcnn": "SRCNN"}

# The sizes of SRCNN's paper: 64 kernels of 9x9, 32 of 1x1, one of 5x5, on luma.
SRCNN_WIDTHS, SRCNN_KERNELS = [64, 32], [9, 1, 5]


def parameter_count(network: nn.Module) -> int:
    """Return how many numbers the network learns."""
    return sum(parameter.numel() for parameter in network.parameters())


def fresh_network(plan: Plan) -> nn.Module:
    """Return the network that the plan describes, with random weights.

    Besides `forward`, which enlarges pictures, it has `detail`, the part of the work that is learnt, and
    `wanted_detail`, what that should give; see `Compact`. A SPAN has six blocks and an SRCNN one size,
    whatever the plan says.
    """
    if plan.architecture == "compact":
        return Compact(plan.width, plan.depth, plan.scale)
    if plan.architecture == "span":
        network = SPAN(plan.width, plan.scale, norm=False, near=True)
        even_out(network, network.upsampler[0])
        return network
    if plan.architecture == "srcnn":
        return SRCNN(1, SRCNN_WIDTHS, SRCNN_KERNELS, plan.scale)
    raise ValueError(f"the architecture must be compact, span or srcnn, not {plan.architecture}")


def start_from(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Set the network's weights to those of another of the same width and depth.

    A Compact network or a SPAN may be of another scale: its last convolution then starts from the other's,
    each of its pixels from the one at the same place. A SPAN may be wider, and then begins as the same
    function; see `widened`. Raises ValueError where names or shapes do not fit.
    """
    own = network.state_dict()
    if own.keys() != tensors.keys():
        raise ValueError("the file to start from holds another network: the tensors have other names")
    *_, weight, bias = own
    started = {name: tensor.float() for name, tensor in tensors.items()}
    if not isinstance(network, SRCNN) and own[weight].shape != started[weight].shape:
        started |= {name: rescaled(started[name], network.scale) for name in (weight, bias)}
    if isinstance(network, SPAN):
        started = {name: widened(name, tensor, own[name]) for name, tensor in started.items()}
    for name, tensor in started.items():
        if tensor.shape != own[name].shape:
            shapes = f"{list(tensor.shape)}, not {list(own[name].shape)}"
            raise ValueError(f"the file to start from holds another network: {name} is {shapes}")
    network.load_state_dict(started)


def rescaled(tensor: Tensor, scale: int) -> Tensor:
    """Return the last convolution's weight or bias, (3 * n * n, ...), for another scale than n."""
    before = round((tensor.shape[0] / 3) ** 0.5)
    inside = tensor.reshape(3, before, before, *tensor.shape[1:])
    places = torch.div(torch.arange(scale) * before, scale, rounding_mode="floor")
    return inside[:, places][:, :, places].reshape(3 * scale**2, *tensor.shape[1:])


def widened(name: str, tensor: Tensor, fresh: Tensor) -> Tensor:
    """Return a SPAN's weight or bias, with room for more channels where the network's `fresh` one has it.

    New channels see all others by their fresh weights, and no old channel sees a new one yet, so the network
    computes what it did before (Net2Net: Chen et al., 2016). A tensor that does not fit comes back as it is.
    """
    sources = 4 if name == "conv_cat.weight" else 1
    ends = zip(tensor.shape, fresh.shape, strict=True)
    if tensor.shape == fresh.shape or any(before > after for before, after in ends):
        return tensor
    wide = fresh.clone()
    old = tensor.shape[0]
    wide[:old] = 0
    if tensor.dim() == 1:
        wide[:old] = tensor
        return wide
    inside = wide.reshape(wide.shape[0], sources, -1, *wide.shape[2:])
    inside[:old, :, : tensor.shape[1] // sources] = tensor.reshape(old, sources, -1, *tensor.shape[2:])
    return wide
