"""The files for ncnn and for onnxruntime-web, run by ncnn itself and by ONNX's own reference."""

from pathlib import Path

import ncnn
import numpy as np
import onnx
import pytest
import torch
from onnx.reference import ReferenceEvaluator

from benches.native import ncnn_files, onnx_file
from benches.native.layers import read_layers
from training.networks.compact import Compact

HEIGHT, WIDTH = 13, 18


@pytest.fixture
def picture() -> np.ndarray:
    """Return noise (3, height, width)."""
    return np.random.default_rng(1).random((3, HEIGHT, WIDTH), np.float32)


def expected(network: Compact, picture: np.ndarray) -> np.ndarray:
    """Return what PyTorch makes of the picture."""
    return network(torch.from_numpy(picture)[None])[0].numpy()


def test_ncnn_runs_what_is_written_for_it(
    network: Compact, weights: Path, picture: np.ndarray, tmp_path: Path
) -> None:
    """Every layer is where it should be, with its own weights."""
    param, data = tmp_path / "model.param", tmp_path / "model.bin"
    ncnn_files.write(read_layers(weights), param, data)
    net = ncnn.Net()
    assert net.load_param(str(param)) == 0
    assert net.load_model(str(data)) == 0
    extractor = net.create_extractor()
    extractor.input("picture", ncnn.Mat(picture).clone())
    status, enlarged = extractor.extract("enlarged")
    assert status == 0
    np.testing.assert_allclose(np.array(enlarged), expected(network, picture), atol=1e-3)


def test_onnx_runs_what_is_written_for_it(
    network: Compact, weights: Path, picture: np.ndarray, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file that the command line makes computes the same as PyTorch."""
    file = tmp_path / "network.onnx"
    size = ["--width", str(WIDTH), "--height", str(HEIGHT)]
    monkeypatch.setattr("sys.argv", ["onnx_file", str(weights), str(file), *size])
    onnx_file.main()
    (enlarged,) = ReferenceEvaluator(onnx.load(file)).run(None, {"picture": picture[None]})
    np.testing.assert_allclose(enlarged[0], expected(network, picture), atol=1e-5)
