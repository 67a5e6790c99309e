"""Writes a Compact network as an ONNX file for one size of picture: `python -m benches.native.onnx_file`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from .layers import SCALE, Layer, read_layers

OPSET, IR_VERSION = 17, 8
"""Old enough for every runtime that is around."""


def model(layers: list[Layer], width: int, height: int) -> onnx.ModelProto:
    """Return the network that turns `picture` (1, 3, height, width) into `enlarged`, RGB in 0..1."""
    nodes, constants = [], []

    def constant(name: str, values: NDArray[np.float32]) -> str:
        constants.append(numpy_helper.from_array(values, name))
        return name

    value = "picture"
    for number, layer in enumerate(layers):
        weight, bias = constant(f"weight{number}", layer.weight), constant(f"bias{number}", layer.bias)
        conv = f"conv{number}"
        nodes.append(
            helper.make_node("Conv", [value, weight, bias], [conv], kernel_shape=[3, 3], pads=[1] * 4)
        )
        value = conv
        if layer.slopes is not None:
            slopes = constant(f"slopes{number}", layer.slopes.reshape(-1, 1, 1))
            value = f"prelu{number}"
            nodes.append(helper.make_node("PRelu", [conv, slopes], [value]))
    nodes.append(helper.make_node("DepthToSpace", [value], ["detail"], blocksize=SCALE, mode="CRD"))
    factors = constant("factors", np.array([1, 1, SCALE, SCALE], np.float32))
    nodes.append(
        helper.make_node(
            "Resize",
            ["picture", "", factors],
            ["nearest"],
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )
    )
    nodes.append(helper.make_node("Add", ["detail", "nearest"], ["enlarged"]))

    def picture(name: str, factor: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, height * factor, width * factor])

    graph = helper.make_graph(
        nodes, "compact", [picture("picture", 1)], [picture("enlarged", SCALE)], constants
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(made, full_check=True)
    return made


def main() -> None:
    """Convert the file that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("onnx", type=Path)
    parser.add_argument("--width", type=int, required=True)
    parser.add_argument("--height", type=int, required=True)
    options = parser.parse_args()
    onnx.save(model(read_layers(options.weights), options.width, options.height), options.onnx)


if __name__ == "__main__":
    main()
