"""Makes the files of ncnn and ONNX in `graphs/`, small networks, and the same by their names.

Run it from the root with `PYTHONPATH=. python tests/golden/graphs.py` (PyTorch 2, safetensors, onnx,
onnxscript). The graphs of `NAME.safetensors` are `NAME.param` with `NAME.bin`, written layer by layer as
converters write them, and `NAME.onnx` and `NAME.old.onnx`, by PyTorch's newer and older exporter, the latter
for pictures of any size.
"""

import sys
import tempfile
import zipfile
from pathlib import Path

import onnx
import torch
from safetensors.torch import save_file
from torch import nn

from training.networks.srcnn import SRCNN
from training.tests import test_ncnn, test_onnx
from training.tests.ncnn_writer import randomised

FOLDER = Path(__file__).parent / "graphs"

# What the older exporter can write, and writes in other operations than the newer one.
OLD = ("compact", "rrdb_x4", "rrdb_unshuffle_x2", "span", "realplksr", "realplksr_layer_norm", "rlfn")


def save_named(network: nn.Module, path: Path) -> None:
    """Write the weights by their names, and what these do not tell."""
    metadata = {"act": network.act} if getattr(network, "act", "prelu") != "prelu" else {}
    save_file(dict(network.state_dict()), path, metadata | {"scale": str(network.scale)})


def save_graph(source: Path, path: Path) -> None:
    """Write an ONNX file without what only says where it came from."""
    model = onnx.load(source)
    del model.metadata_props[:], model.graph.value_info[:], model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, path)


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    srcnn = {"srcnn": (test_ncnn.srcnn, SRCNN(3, [4, 3], [9, 1, 5], 1))}
    axes = {"in": {2: "height", 3: "width"}, "out": {2: "height", 3: "width"}}
    how = {
        "input_names": ["in"],
        "output_names": ["out"],
        "dynamic_axes": axes,
        "opset_version": 17,
        "dynamo": False,
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for name, (write, network) in (test_ncnn.NETWORKS | srcnn).items():
            for path in write(randomised(network)).save(folder):
                (FOLDER / f"{name}{path.suffix}").write_bytes(path.read_bytes())
            save_named(network, FOLDER / f"{name}.safetensors")
        with zipfile.ZipFile(FOLDER / "compact.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for ending in ("param", "bin"):
                archive.write(FOLDER / f"compact.{ending}", f"compact/compact.{ending}")
        for name, network in test_onnx.NETWORKS.items():
            save_graph(test_onnx.exported(randomised(network), folder), FOLDER / f"{name}.onnx")
            save_named(network, FOLDER / f"{name}.safetensors")
            if name in OLD:
                torch.onnx.export(network, (torch.rand(1, 3, 24, 28),), folder / "old.onnx", **how)
                save_graph(folder / "old.onnx", FOLDER / f"{name}.old.onnx")


if __name__ == "__main__":
    sys.exit(main())
