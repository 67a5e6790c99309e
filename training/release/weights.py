"""Model files: writing safetensors with what there is to know in the header, reading those of others too."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..networks import build

# What safetensors and NumPy call the types of numbers written here.
DTYPES = {torch.float16: ("F16", "<f2"), torch.float32: ("F32", "<f4"), torch.int8: ("I8", "|i1")}

# What follows the name of a tensor of 8 bits in the name of its scales.
SCALES = ".scale"

# The header's entry of a file that holds what is to be added to the weights of the model it names.
DIFFERENCE = "difference"


def to_f16(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Round weights to f16 and refuse those it cannot hold."""
    halves = {name: tensor.detach().cpu().to(torch.float16).contiguous() for name, tensor in tensors.items()}
    for name, tensor in halves.items():
        if not torch.isfinite(tensor).all():
            raise ValueError(f"{name} holds a value that f16 cannot hold")
    return halves


def encode(tensors: dict[str, Tensor], metadata: dict[str, str]) -> bytes:
    """Return the bytes of a safetensors file of f16, f32 or int8 tensors.

    The official writer puts metadata in a random order; written here in a fixed one, so that the same
    weights give the same SHA-256. Layout: u64 header length, JSON header padded to 8 bytes, tensors.
    """
    header: dict[str, object] = {"__metadata__": metadata}
    offset, data = 0, b""
    for name, tensor in tensors.items():
        dtype, layout = DTYPES[tensor.dtype]
        values = tensor.numpy().astype(layout).tobytes()
        header[name] = {
            "dtype": dtype,
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


def flattened(value: object, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of nested dictionaries, with the keys on the way to them joined by dots."""
    if isinstance(value, Tensor):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from flattened(inner, f"{name}.{key}" if name else str(key))


def widened(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors with those of 8 bits that have scales as f32: integers times their row's scale.

    Raises ValueError where scales are not one for each row.
    """
    wide = dict(tensors)
    for name, tensor in tensors.items():
        if tensor.dtype != torch.int8 or name + SCALES not in tensors:
            continue
        scales = wide.pop(name + SCALES)
        if tensor.ndim == 0 or scales.shape != tensor.shape[:1]:
            shapes = f"{list(tensor.shape)} has scales of shape {list(scales.shape)}"
            raise ValueError(f"{name} of shape {shapes}")
        wide[name] = tensor.float() * scales.float().reshape(-1, *[1] * (tensor.ndim - 1))
    return wide


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return the tensors of a safetensors or PyTorch file, and the entries of its header.

    Tensors of 8 bits with scales come as f32. Raises ValueError when the file is damaged or, as PyTorch
    file, holds more than data.
    """
    if path.suffix == ".safetensors":
        try:
            with safe_open(path, "pt") as file:
                tensors = {name: file.get_tensor(name) for name in file.keys()}
                return widened(tensors), file.metadata() or {}
        except SafetensorError as error:
            raise ValueError(f"{path} is not a sound safetensors file: {error}") from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, EOFError, RuntimeError) as error:
        raise ValueError(f"{path} is not a sound PyTorch file: {error}") from error
    return dict(flattened(content)), {}


def interpolated(own: dict[str, Tensor], other: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """Return `share` of the way from one network's weights to those of another of the same shape, in f32.

    Raises ValueError where names or shapes differ.
    """
    shapes = [{name: tensor.shape for name, tensor in tensors.items()} for tensors in (own, other)]
    if shapes[0] != shapes[1]:
        raise ValueError("the two networks have other shapes, so they cannot be mixed")
    return {name: tensor.float().lerp(other[name].float(), share) for name, tensor in own.items()}


def read_end(path: Path, own: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of a network in f32 that a file holds, or holds as the difference to `own`.

    Raises ValueError as `load_model`.
    """
    tensors, header = read_tensors(path)
    if DIFFERENCE not in header:
        return load_model(path).state_dict()
    return {name: own[name].float() + tensor.float() for name, tensor in tensors.items()}


def load_model(path: Path, act: str | None = None, scale: int | None = None) -> nn.Module:
    """Read a model file of any known architecture into a network computing in f32.

    `act` and `scale` say what the file cannot; see `training.networks.build`. Raises ValueError when
    the file is damaged or of no known architecture.
    """
    tensors, header = read_tensors(path)
    if DIFFERENCE in header:
        raise ValueError(f"{path} is no model but holds what is to be added to {header[DIFFERENCE]}")
    stated = header.get("scale", "")
    return build(tensors, act or header.get("act"), scale or (int(stated) if stated.isdecimal() else None))
