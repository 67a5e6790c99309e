"""Several processes that share a batch, one for each GPU: `torchrun --nproc-per-node N -m training ...`."""

from __future__ import annotations

import os
from collections.abc import Iterable

import torch
from torch import distributed, nn


def join(device: torch.device) -> torch.device:
    """Join the other processes if `torchrun` started this one; return the device that is its own."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        return device
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    if device.type != "cuda":
        return device
    own = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(own)
    return own


def leave() -> None:
    """Part from the other processes, if there are any, once all have come here.

    A process that ends sooner may be aborted: Gloo's threads let go of the last gradients a little late, for
    which they need Python, and that would be shutting down.
    """
    if distributed.is_initialized():
        distributed.barrier()
        distributed.destroy_process_group()


def processes() -> int:
    """Return how many share the work."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def is_first() -> bool:
    """Return whether this process is the one that logs, measures and writes."""
    return not distributed.is_initialized() or distributed.get_rank() == 0


def own_crops(batch: int) -> range:
    """Return the numbers of the crops of a batch that are this process's; each has equally many."""
    count = processes()
    if batch % count:
        raise ValueError(f"a batch of {batch} cannot be shared equally by {count} processes")
    share = batch // count
    rank = distributed.get_rank() if count > 1 else 0
    return range(rank * share, (rank + 1) * share)


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its mean over all processes."""
    if processes() == 1:
        return
    gradients = [weight.grad for weight in parameters if weight.grad is not None]
    together = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(together)
    together /= processes()
    parts = together.split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))
