"""Writes a Compact network as ncnn's pair of files."""

from __future__ import annotations

from pathlib import Path

from .layers import SCALE, Layer

MAGIC = "7767517"

F32_FLAG = bytes(4)
"""Stands before a convolution's weights that are stored as f32."""


def write(layers: list[Layer], param: Path, weights: Path) -> None:
    """Write the network that turns the blob `picture` into the blob `enlarged`, RGB in 0..1."""
    lines = ["Input picture 0 1 picture", "Split split 1 2 picture small copied"]
    data = b""
    blob = "small"
    for number, layer in enumerate(layers):
        outputs, inputs = layer.weight.shape[:2]
        options = f"0={outputs} 1=3 4=1 5=1 6={outputs * inputs * 9}"
        lines.append(f"Convolution conv{number} 1 1 {blob} conv{number} {options}")
        data += F32_FLAG + layer.weight.tobytes() + layer.bias.tobytes()
        blob = f"conv{number}"
        if layer.slopes is not None:
            lines.append(f"PReLU prelu{number} 1 1 {blob} prelu{number} 0={outputs}")
            data += layer.slopes.tobytes()
            blob = f"prelu{number}"
    lines += [
        f"PixelShuffle shuffle 1 1 {blob} detail 0={SCALE}",
        f"Interp nearest 1 1 copied nearest 0=1 1={SCALE}.0 2={SCALE}.0",
        "BinaryOp add 2 1 detail nearest enlarged 0=0",
    ]
    # Every layer makes one blob, and the split one more.
    param.write_text("\n".join([MAGIC, f"{len(lines)} {len(lines) + 1}", *lines]) + "\n")
    weights.write_bytes(data)
