"""From a community file's tensors to the network they belong to."""

from __future__ import annotations

from torch import Tensor, nn

from .compact import compact_from_tensors
from .realplksr import realplksr_from_tensors
from .rlfn import rlfn_from_tensors
from .rrdb import rrdb_from_tensors
from .span import span_from_tensors
from .spanf import spanf_from_tensors
from .srcnn import srcnn_from_tensors

# What training tools file the weights under; averaged ones come first because they are the better ones.
WRAPPERS = ("params_ema.", "params.", "state_dict.", "module.")

# SRCNN's tensors do not tell the scale; most published files are for this one.
SRCNN_SCALE = 4


def unwrapped(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of the network alone, without the prefixes of training tools."""
    for wrapper in WRAPPERS:
        inside = {n.removeprefix(wrapper): t for n, t in tensors.items() if n.startswith(wrapper)}
        tensors = inside or tensors
    return tensors


def recognised(tensors: dict[str, Tensor], act: str | None, scale: int | None) -> nn.Module | None:
    """Return the network with the tensors loaded, or None where no architecture has such names."""
    if "body.0.weight" in tensors:
        return compact_from_tensors(tensors, act)
    if "conv_first.weight" in tensors or "model.0.weight" in tensors:
        return rrdb_from_tensors(tensors, scale)
    if "conv_near.weight" in tensors:
        return spanf_from_tensors(tensors)
    if "conv_1.eval_conv.weight" in tensors or "conv_1.sk.weight" in tensors:
        return span_from_tensors(tensors)
    if "block_1.esa.conv1.weight" in tensors:
        return rlfn_from_tensors(tensors)
    if "feats.1.channel_mixer.0.weight" in tensors:
        return realplksr_from_tensors(tensors)
    if "conv1.weight" in tensors and "conv3.weight" in tensors:
        return srcnn_from_tensors(tensors, scale or SRCNN_SCALE)
    return None


def build(tensors: dict[str, Tensor], act: str | None = None, scale: int | None = None) -> nn.Module:
    """Return the network that the tensors belong to, with them loaded as f32, in evaluation mode.

    It takes pictures of shape (batch, 3, height, width), RGB in 0..1, and has the enlarging factor as
    `scale`. What some files cannot tell is told here: `act` of a Compact network without slopes, and the
    `scale` of an SRCNN (4 unless told) or of an RRDBNet that enlarges by 3. Raises ValueError when the
    tensors are of no known architecture, do not fit it, or have another `scale` than told.
    """
    tensors = {name: tensor.float() for name, tensor in unwrapped(tensors).items()}
    try:
        network = recognised(tensors, act, scale)
    except (IndexError, KeyError, RuntimeError, ValueError) as error:
        raise ValueError(f"the tensors do not fit the architecture that they name: {error}") from error
    if network is None:
        raise ValueError("these are the tensors of no known architecture")
    if scale not in (None, network.scale):
        raise ValueError(f"the network enlarges by {network.scale}, not {scale}")
    return network.eval().requires_grad_(False)
