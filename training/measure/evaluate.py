"""Measuring a network and plain bicubic enlargement on folders of pictures."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ..data.pictures import Pair, read_folder
from ..data.resize import imresize
from .metrics import cut_border, luma, psnr, ssim


@dataclass(frozen=True)
class Score:
    """Mean PSNR-Y in dB and SSIM-Y over the pictures of one folder, for bicubic and the network."""

    folder: str
    pictures: int
    bicubic_psnr: float
    bicubic_ssim: float
    model_psnr: float
    model_ssim: float

    def as_dict(self) -> dict[str, str | int | float]:
        """Return the fields, for JSON."""
        return asdict(self)


def read_evaluation(folders: list[Path], scale: int) -> dict[str, list[Pair]]:
    """Read whole folders, by name; the smallest side lets an SSIM window fit inside the border."""
    sets = {}
    for folder in folders:
        pairs = read_folder(folder, scale, smallest=2 + math.ceil(11 / scale)).pairs
        if not pairs:
            raise ValueError(f"{folder} holds no picture large enough to measure")
        if folder.resolve().name in sets:
            raise ValueError(f"two folders to measure on are named {folder.resolve().name}")
        sets[folder.resolve().name] = pairs
    return sets


def enlarge(network: nn.Module, small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge an RGB picture of bytes (height, width, 3) with the network, in f32, rounded to bytes."""
    device = next(network.parameters()).device
    tensor: Tensor = torch.tensor(small, device=device).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        large = network(tensor.contiguous(memory_format=torch.channels_last))
    return (large[0].permute(1, 2, 0).clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()


def compare(large: NDArray[np.uint8], output: NDArray[np.uint8], border: int) -> tuple[float, float]:
    """Return PSNR and SSIM of an enlarged picture against the true one."""
    true, made = cut_border(luma(large), border), cut_border(luma(output), border)
    return psnr(true, made), ssim(true, made)


def score(name: str, pairs: list[Pair], network: nn.Module, scale: int) -> Score:
    """Measure one set of pictures."""
    bicubic, model = [], []
    for pair in pairs:
        height, width = pair.large.shape[:2]
        bicubic.append(compare(pair.large, imresize(pair.small, height, width), scale))
        model.append(compare(pair.large, enlarge(network, pair.small), scale))
    return Score(name, len(pairs), *np.mean(bicubic, axis=0).tolist(), *np.mean(model, axis=0).tolist())


def glance(sets: dict[str, list[Pair]], network: nn.Module, scale: int) -> dict[str, float]:
    """Return the network's mean PSNR-Y of each set in dB, for the log of a run."""
    return {
        name: float(np.mean([compare(pair.large, enlarge(network, pair.small), scale)[0] for pair in pairs]))
        for name, pairs in sets.items()
    }


def table(scores: list[Score]) -> str:
    """Return the scores as a Markdown table."""
    lines = [
        "| Pictures | Count | Bicubic PSNR-Y | Bicubic SSIM | Model PSNR-Y | Model SSIM |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {s.folder} | {s.pictures} | {s.bicubic_psnr:.2f} dB | {s.bicubic_ssim:.4f} "
        f"| {s.model_psnr:.2f} dB | {s.model_ssim:.4f} |"
        for s in scores
    ]
    return "\n".join(lines)
