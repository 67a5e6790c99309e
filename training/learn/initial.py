"""First weights whose features neither fade nor grow from layer to layer (LSUV: Mishkin and Matas, 2016)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

# How often a layer is measured and scaled; what it makes is in proportion to its weights, but for its border.
ROUNDS = 2


def smooth_pictures() -> Tensor:
    """Return pictures of random soft shapes, (16, 3, 48, 48) in 0..1, in which neighbours are alike."""
    return functional.interpolate(torch.rand(16, 3, 12, 12), size=48, mode="bilinear", align_corners=False)


@torch.no_grad()
def even_out(network: nn.Module, last: nn.Conv2d) -> None:
    """Draw orthogonal weights, scale each layer's so that it makes values of unit deviation, zero the `last`.

    A network that adds to the picture then begins as plain enlargement.
    """
    pictures = smooth_pictures()
    for layer in network.modules():
        if not isinstance(layer, nn.Conv2d) or layer is last:
            continue
        nn.init.orthogonal_(layer.weight.flatten(1))
        nn.init.zeros_(layer.bias)

        def scale(layer: nn.Conv2d, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
            layer.weight /= output.std()

        watch = layer.register_forward_hook(scale)
        for _ in range(ROUNDS):
            network(pictures)
        watch.remove()
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
