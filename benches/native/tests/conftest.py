"""A small network as the comparison stores it."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from training.networks.compact import Compact


@pytest.fixture
def network() -> Compact:
    """Return a network of which every weight has an effect."""
    torch.manual_seed(0)
    network = Compact(width=5, depth=2, scale=4).requires_grad_(False)
    for parameter in network.parameters():
        parameter.add_(torch.rand_like(parameter) * 0.1)
    return network.eval()


@pytest.fixture
def weights(network: Compact, tmp_path: Path) -> Path:
    """Return the network's file."""
    file = tmp_path / "weights.safetensors"
    save_file(network.state_dict(), file)
    return file
