"""Weights in 8 bits: integers with a scale for each output channel, rounded so that a network's answers stay.

A layer's integers are chosen one input after the other, and what one is off is made good by those that
are still to come, weighed by how the inputs go together on pictures (GPTQ, Frantar et al., 2023). How fine
a layer's steps are depends on how much of its error is seen in the result.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from .weights import SCALES

# Smaller layers, and those that read the picture itself, stay in f16: they are little to gain, and felt most.
SMALLEST = 2048
PICTURE_CHANNELS = 3

# Added to the diagonal of a layer's moments, as a share of its mean, for inputs that never differ.
DAMPING = 0.01

LIMIT = 127

Tensors = dict[str, Tensor]


def layers(network: nn.Module) -> dict[str, nn.Conv2d]:
    """Return the convolutions whose weights go into 8 bits, by the names of their weights."""
    return {
        f"{name}.weight": module
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d)
        and module.groups == 1
        and module.weight.numel() >= SMALLEST
        and module.in_channels > PICTURE_CHANNELS
    }


def patches(layer: nn.Conv2d, source: Tensor) -> Tensor:
    """Return what a convolution multiplies at each place, (batch, inputs * kernel, places)."""
    if isinstance(layer.padding, str):
        raise ValueError(f"a convolution with padding {layer.padding!r} cannot be put into 8 bits")
    return functional.unfold(source, layer.kernel_size, layer.dilation, layer.padding, layer.stride)


def moments(network: nn.Module, pictures: list[Tensor]) -> Tensors:
    """Return each layer's mean products of inputs on pictures, (inputs * kernel, inputs * kernel)."""
    found: Tensors = {}

    def add(name: str, layer: nn.Conv2d, inputs: tuple[Tensor], _: Tensor) -> None:
        values = patches(layer, inputs[0]).transpose(0, 1).flatten(1).double()
        found[name] = found.get(name, torch.tensor(0.0)) + values @ values.T / values.shape[1]

    hooks = [layer.register_forward_hook(partial(add, name)) for name, layer in layers(network).items()]
    with torch.inference_mode():
        for picture in pictures:
            network(picture)
    for hook in hooks:
        hook.remove()
    return found


def rounded(weight: Tensor, scale: Tensor, moment: Tensor) -> Tensor:
    """Return integers (outputs, inputs) for a weight of that shape and scales (outputs, 1), all in f64."""
    damped = moment + DAMPING * moment.diag().mean() * torch.eye(len(moment), dtype=moment.dtype)
    # What matters most comes first, while there is most left to make its error good with.
    order = damped.diag().argsort(descending=True)
    left = weight[:, order].clone()
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped[order][:, order]))
    factors = torch.linalg.cholesky(inverse, upper=True)
    integers = torch.zeros_like(left)
    for number in range(left.shape[1]):
        integers[:, number] = (left[:, number] / scale[:, 0]).round().clamp(-LIMIT, LIMIT)
        error = left[:, number] - integers[:, number] * scale[:, 0]
        left[:, number:] -= (error / factors[number, number])[:, None] * factors[number, number:]
    return integers[:, order.argsort()]


def scales_of(weight: Tensor, steps: float) -> Tensor:
    """Return a scale (outputs, 1) for each row: `steps` in its root mean square, and no value beyond 127."""
    rms = weight.square().mean(1, keepdim=True).sqrt()
    scale = torch.maximum(rms / steps, weight.abs().amax(1, keepdim=True) / LIMIT)
    # As it is stored. A row of zeros needs no scale, but nothing may divide by it.
    return scale.clamp(min=2.0**-24).half().double()


def quantised(tensors: Tensors, steps: dict[str, float], moments: Tensors) -> Tensors:
    """Return the tensors as stored: those that `steps` names in 8 bits with scales, all others in f16."""
    stored: Tensors = {}
    for name, tensor in tensors.items():
        if name not in steps:
            stored[name] = tensor.half()
            continue
        rows = tensor.flatten(1).double()
        scale = scales_of(rows, steps[name])
        stored[name] = rounded(rows, scale, moments[name]).to(torch.int8).reshape(tensor.shape)
        stored[name + SCALES] = scale[:, 0].half()
    return stored


def sensitive_steps(errors: dict[str, float], sizes: dict[str, int], steps: float) -> dict[str, float]:
    """Return how many steps each layer gets, `steps` in the geometric mean over all weights.

    `errors` is the squared error of the result where that layer alone has `steps`. The sum of all errors is
    least at a given number of bits where each weight of each layer adds as much to it.
    """
    each = {name: max(error, 1e-20) / sizes[name] for name, error in errors.items()}
    logs = torch.tensor([each[name] for name in each], dtype=torch.float64).log()
    shares = torch.tensor([sizes[name] for name in each], dtype=torch.float64)
    mean = (logs * shares).sum() / shares.sum()
    return {name: steps * float(((log - mean) / 2).exp()) for name, log in zip(each, logs, strict=True)}
