"""Converting ONNX files that PyTorch exports; skipped where the packages for it are missing."""

import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from training.cli import main
from training.conversion import convert, onnx_file
from training.networks.compact import Compact
from training.networks.realplksr import RealPLKSR
from training.networks.rlfn import RLFN
from training.networks.rrdb import RRDBNet
from training.networks.span import SPAN
from training.networks.spanf import SPANF
from training.release.weights import read_tensors
from training.tests.ncnn_writer import randomised

NETWORKS = {
    "compact": Compact(5, 2, 3),
    "compact_leaky": Compact(4, 1, 2, "leakyrelu"),
    "rrdb_x4": RRDBNet(5, 3, 2, (2, 2)),
    "rrdb_unshuffle_x2": RRDBNet(4, 2, 1, (2, 2), unshuffle=2),
    "rrdb_plus_x2": RRDBNet(4, 2, 1, (2,), plus=True),
    "span": SPAN(5, 2),
    "span_no_norm": SPAN(4, 3, norm=False),
    "spanf": SPANF(5, 2),
    "rlfn": RLFN(4, 5, 3, 2, 2),
    "realplksr": RealPLKSR(8, 2, 2, 2),
    "realplksr_layer_norm": RealPLKSR(6, 2, 2, 2, attention=False, layer_norm=True),
}


def exported(network: nn.Module, folder: Path, half: bool = False) -> Path:
    """Return the ONNX file of a network."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    picture = torch.rand(1, 3, 16, 20)
    network, picture = (network.half(), picture.half()) if half else (network, picture)
    path = folder / "model.onnx"
    torch.onnx.export(network, (picture,), path, dynamo=True, external_data=False, verbose=False)
    return path


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_come_back(name: str, tmp_path: Path) -> None:
    """All tensors under their names."""
    network = randomised(NETWORKS[name])
    out = tmp_path / "out.safetensors"
    assert main(["convert", str(exported(network, tmp_path)), "-o", str(out)]) == 0
    tensors, header = read_tensors(out)
    assert header["scale"] == str(network.scale)
    expected = network.state_dict()
    assert tensors.keys() == expected.keys()
    assert all(tensors[name].equal(tensor) for name, tensor in expected.items())


def test_half_precision(tmp_path: Path) -> None:
    """The weights are f16 numbers, and so is what the graph computes with."""
    network = randomised(Compact(5, 2, 2))
    path = exported(network, tmp_path, half=True)
    assert not onnx_file.read(path).precise
    convert([path], tmp_path / "out.safetensors")
    tensors, _ = read_tensors(tmp_path / "out.safetensors")
    assert all(tensors[name].equal(tensor.float()) for name, tensor in network.state_dict().items())


def test_damaged_and_other_files_are_refused(tmp_path: Path) -> None:
    """With one sentence each."""
    path, out = exported(randomised(Compact(5, 2, 2)), tmp_path), tmp_path / "out.safetensors"
    data = path.read_bytes()
    for length in (0, 10, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match="is not an ONNX file that can be read"):
            convert([path], out)
    other = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh(), nn.Conv2d(4, 3, 5, padding=2))
    other.scale = 1
    with pytest.raises(ValueError, match="2 convolutions are those of no known architecture"):
        convert([exported(randomised(other), tmp_path)], out)
    assert not out.exists()


def test_the_package_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is missing."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ValueError, match="pip install onnx"):
        convert([tmp_path / "model.onnx"], tmp_path / "out.safetensors")
