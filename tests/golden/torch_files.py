"""Makes the PyTorch files in `torch/`: one small Compact network, saved in each way that tools save one.

Run it with `PYTHONPATH=. python tests/golden/torch_files.py` from the root (PyTorch 2, safetensors). All
files hold the numbers of `torch/expected.safetensors`, exactly: they are multiples of 1/64 in -1..1, which
f16 and bf16 can hold.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from training.networks.compact import Compact

FOLDER = Path(__file__).parent / "torch"

Tensors = dict[str, Tensor]


def drawn(seed: int) -> nn.Module:
    """Return a network with weights that are multiples of 1/64 in -1..1."""
    torch.manual_seed(seed)
    network = Compact(3, 1, 2).requires_grad_(False)
    for parameter in network.parameters():
        parameter.copy_(torch.randint(-64, 65, parameter.shape) / 64)
    return network


def strided(tensors: Tensors) -> Tensors:
    """Return the same values, but with the dimensions in reverse order in memory."""
    return {
        n: t.permute(*range(t.ndim)[::-1]).contiguous().permute(*range(t.ndim)[::-1])
        for n, t in tensors.items()
    }


def every_other(tensors: Tensors) -> Tensors:
    """Return the same values, each the second of a pair in memory."""
    return {name: torch.stack([torch.full_like(t, 9), t], -1)[..., 1] for name, t in tensors.items()}


def in_one_storage(tensors: Tensors) -> Tensors:
    """Return the same values as parts of one long tensor, which begins with one that is none of them."""
    storage = torch.cat([torch.full((5,), 9.0), *(tensor.flatten() for tensor in tensors.values())])
    result, start = {}, 5
    for name, tensor in tensors.items():
        result[name] = storage[start : start + tensor.numel()].reshape(tensor.shape)
        start += tensor.numel()
    return result


def main() -> None:
    """Write all files."""
    network = drawn(1)
    tensors, others = dict(network.state_dict()), dict(drawn(2).state_dict())
    FOLDER.mkdir(exist_ok=True)
    save_file(tensors, FOLDER / "expected.safetensors")
    files = {
        # An ordered dictionary with an attribute that lists the modules' versions.
        "plain": network.state_dict(),
        "dictionary": tensors,
        "params": {"params": tensors},
        "params_ema": {"params": others, "params_ema": tensors},
        "state_dict": {
            "epoch": 7,
            "arch": "compact",
            "best": 31.5,
            "state_dict": {f"module.{name}": tensor for name, tensor in tensors.items()},
            "optimizer": {
                "state": {},
                "param_groups": [{"lr": 1e-4, "betas": (0.9, 0.99), "amsgrad": False}],
            },
        },
        "f16": {name: tensor.half() for name, tensor in tensors.items()},
        "bf16": {name: tensor.bfloat16() for name, tensor in tensors.items()},
        "parameters": {name: nn.Parameter(tensor) for name, tensor in tensors.items()},
        "strided": strided(tensors),
        "every_other": every_other(tensors),
        "one_storage": in_one_storage(tensors),
    }
    for name, content in files.items():
        torch.save(content, FOLDER / f"{name}.pth")
    torch.save(tensors, FOLDER / "old_format.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
