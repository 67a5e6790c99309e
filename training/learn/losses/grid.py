"""A penalty on the grid that a pixel shuffle leaves while features or an adversary are young."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

LUMA = (0.299, 0.587, 0.114)


def lines(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Return amplitudes of luma's spectrum on the lines 1/4 and 1/2 of a cycle per pixel, and beside.

    Takes pictures (batch, 3, height, width); both are (4,): two lines of two directions, over the batch.
    """
    luma = (picture * picture.new_tensor(LUMA)[:, None, None]).sum(1)
    height, width = luma.shape[1:]
    window = torch.outer(torch.hann_window(height), torch.hann_window(width)).to(picture.device)
    spectrum = torch.fft.fft2((luma - luma.mean((1, 2), keepdim=True)) * window, norm="ortho")
    energy = spectrum.abs().square().mean(0)
    on, beside = [], []
    for profile in (energy.mean(0), energy.mean(1)):
        count = len(profile)
        for middle in (count // 4, count // 2):
            on.append(torch.stack([profile[(middle + offset) % count] for offset in (-1, 0, 1)]).mean())
            away = [profile[(middle + sign * offset) % count] for sign in (-1, 1) for offset in range(4, 9)]
            beside.append(torch.stack(away).mean())
    return tuple((torch.stack(energies) + 1e-8).sqrt() for energies in (on, beside))


def grid_loss(made: Tensor, true: Tensor) -> Tensor:
    """Return by how much the grid's lines of `made` stand out more than those of `true`, in amplitude."""
    with torch.no_grad():
        on, beside = lines(true)
    lit, around = lines(made)
    return functional.relu(lit - around.detach() * on / beside).mean()
