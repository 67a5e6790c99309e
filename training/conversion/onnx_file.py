"""Reading and running ONNX files, with the package `onnx`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .graph import SIZE, Graph, Parameters

if TYPE_CHECKING:
    import onnx


def constants(model: onnx.ModelProto) -> dict[str, Tensor]:
    """Return all constant values as f32: initialisers, constant nodes, and other names of these."""
    from onnx import numpy_helper

    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant" and node.attribute[0].name == "value":
            arrays[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        elif node.op_type == "Identity" and node.input[0] in arrays:
            arrays[node.output[0]] = arrays[node.input[0]]
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind == "f"}
    return {name: torch.from_numpy(array.astype("float32")) for name, array in numbers.items()}


def channel_values(tensor: Tensor | None) -> Tensor | None:
    """Return the values of a constant that has one for each channel, [channels][1][1], or None."""
    if tensor is None or tensor.ndim < 3 or tensor.numel() != tensor.shape[-3] or tensor.numel() == 1:
        return None
    return tensor.flatten()


def collected(model: onnx.ModelProto, values: dict[str, Tensor]) -> list[Parameters]:
    """Return the weights in the order in which the nodes run.

    A normalisation's are factors and summands for each channel: two nodes, one after the other.
    """
    parameters = []
    factors: dict[str, Tensor] = {}
    for node in model.graph.node:
        known = [values.get(name) for name in node.input]
        if node.op_type == "Conv":
            groups = next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)
            if known[1] is None:
                raise ValueError(
                    f"the weights of the convolution {node.name} are not in the file as they are"
                )
            parameters.append(Parameters(known[1], known[2] if len(known) > 2 else None, groups))
        elif node.op_type == "PRelu" and known[1] is not None:
            parameters.append(Parameters(known[1].flatten()))
        elif node.op_type == "GroupNormalization" and known[1] is not None:
            parameters.append(Parameters(known[1], known[2]))
        elif node.op_type in ("Mul", "Add"):
            constant = next((value for value in map(channel_values, known) if value is not None), None)
            before = next((factors[name] for name in node.input if name in factors), None)
            if node.op_type == "Mul" and constant is not None:
                factors[node.output[0]] = constant
            elif constant is not None and before is not None and before.shape == constant.shape:
                parameters.append(Parameters(before, constant))
    return parameters


def read(path: Path) -> Graph:
    """Return the network of an ONNX file.

    Raises OSError or ValueError when the package is missing, the file is damaged, does not take one
    picture, or has an operation that cannot be run.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
        from onnx.reference import ReferenceEvaluator
    except ImportError as error:
        raise ValueError("reading ONNX files needs a package: python -m pip install onnx") from error
    try:
        model = onnx.load(path)
        values = constants(model)
        inputs = [value for value in model.graph.input if value.name not in values]
        if len(inputs) != 1 or len(inputs[0].type.tensor_type.shape.dim) != 4:
            raise ValueError("it does not take one picture")
        _, channels, height, width = (d.dim_value for d in inputs[0].type.tensor_type.shape.dim)
        evaluator = ReferenceEvaluator(model)
        parameters = collected(model, values)
    except (DecodeError, onnx.checker.ValidationError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not an ONNX file that can be read: {error}") from error
    precise = inputs[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT

    def run(picture: Tensor) -> Tensor:
        source = picture.numpy() if precise else picture.half().numpy()
        try:
            # A network for 0..1 overflows when it is tried on 0..255.
            with np.errstate(all="ignore"):
                (made,) = evaluator.run(None, {inputs[0].name: source})
        except (IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise ValueError(f"{path} cannot be run: {error}") from error
        return torch.from_numpy(made.astype("float32"))

    return Graph(parameters, run, channels or 3, (height or SIZE[0], width or SIZE[1]), precise)
