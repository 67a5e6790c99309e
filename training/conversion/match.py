"""Giving the nameless weights of a graph the names of a network's parameters."""

from __future__ import annotations

from collections import defaultdict

import torch
from torch import Tensor, nn

from .graph import SIZE, Parameters


def modules_in_order(network: nn.Module, channels: int) -> list[tuple[str, nn.Module]]:
    """Return the modules that have weights of their own, by name, in the order in which they run."""
    order: list[tuple[str, nn.Module]] = []
    hooks = [
        module.register_forward_pre_hook(lambda module, _, name=name: order.append((name, module)))
        for name, module in network.named_modules()
        if isinstance(getattr(module, "weight", None), Tensor)
    ]
    with torch.no_grad():
        network(torch.zeros(1, channels, *SIZE))
    for hook in hooks:
        hook.remove()
    return order


def kind(weight: Tensor, bias: Tensor | None, groups: int) -> tuple[object, ...]:
    """Return what weights must have in common to belong together."""
    return tuple(weight.shape), bias is not None, groups


def assigned(network: nn.Module, parameters: list[Parameters]) -> bool:
    """Copy the weights into the network; return False where their shapes do not fit it.

    Weights of one shape are taken in order. Of two branches of a network, files may have either first,
    but then the shapes differ in all known architectures.
    """
    left: dict[tuple[object, ...], list[Parameters]] = defaultdict(list)
    for given in parameters:
        left[kind(given.weight, given.bias, given.groups)].append(given)
    tensors = {}
    for name, module in modules_in_order(network, 3):
        fitting = left[kind(module.weight, getattr(module, "bias", None), getattr(module, "groups", 1))]
        if not fitting:
            return False
        given = fitting.pop(0)
        tensors[f"{name}.weight"] = given.weight
        if given.bias is not None:
            tensors[f"{name}.bias"] = given.bias
    if any(left.values()):
        return False
    network.load_state_dict(tensors, strict=False)
    return True
