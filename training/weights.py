"""Model files: safetensors in f16, with what there is to know about them in the header."""

from __future__ import annotations

import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .network import Compact, compact_from_tensors


def to_f16(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Round weights to f16 and refuse those it cannot hold."""
    halves = {name: tensor.detach().cpu().to(torch.float16).contiguous() for name, tensor in tensors.items()}
    for name, tensor in halves.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} holds a value that f16 cannot hold")
    return halves


def encode(tensors: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    """Return the bytes of a safetensors file of f16 tensors.

    The official writer puts metadata in a random order; written here in a fixed one, so that the same
    weights give the same SHA-256. Layout: u64 header length, JSON header padded to 8 bytes, tensors.
    """
    header: dict[str, object] = {"__metadata__": metadata}
    offset, data = 0, b""
    for name, tensor in tensors.items():
        values = tensor.numpy().astype("<f2").tobytes()
        header[name] = {
            "dtype": "F16",
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(values)],
        }
        offset += len(values)
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(content)
    os.replace(fresh, path)


def load_model(path: Path) -> Compact:
    """Read a model file into a network computing in f32."""
    try:
        tensors = load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is not a sound safetensors file: {error}") from error
    return compact_from_tensors(tensors).eval().requires_grad_(False)
