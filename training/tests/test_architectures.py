"""Recognising files, and the definitions against golden cases, whose outputs other programs agree on."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from training.networks import build
from training.networks.rlfn import RLFN
from training.networks.rrdb import RRDBNet
from training.networks.span import fold
from training.release.weights import load_model, read_tensors

GOLDEN = Path(__file__).parents[2] / "tests/golden"


@pytest.mark.parametrize("path", sorted((GOLDEN / "networks").iterdir()), ids=lambda path: path.stem)
def test_golden_networks(path: Path) -> None:
    """Sizes are inferred, tensors loaded, and the picture comes out as it did."""
    with safe_open(path, "pt") as file:
        hints = file.metadata() or {}
    tensors = load_file(path)
    weights = {name.removeprefix("weights."): t for name, t in tensors.items() if name.startswith("weights.")}
    network = build(weights, hints.get("act"), int(hints["scale"]) if "scale" in hints else None)
    large = network(tensors["picture"].permute(2, 0, 1)[None])[0].permute(1, 2, 0)
    torch.testing.assert_close(large, tensors["output"], atol=2e-5, rtol=2e-5)
    assert f"_x{network.scale}" in path.stem


@pytest.mark.parametrize("path", sorted((GOLDEN / "torch").glob("*.pth")), ids=lambda path: path.stem)
def test_pytorch_files(path: Path) -> None:
    """Whatever way a tool saved them, the numbers are the same; averaged weights win."""
    loaded = load_model(path).state_dict()
    expected = load_file(GOLDEN / "torch/expected.safetensors")
    assert loaded.keys() == expected.keys()
    assert all(loaded[name].equal(tensor) for name, tensor in expected.items())


def test_headers_are_hints() -> None:
    """What the tensors cannot tell is taken from the header."""
    path = GOLDEN / "networks/srcnn_luma_x3.safetensors"
    _, header = read_tensors(path)
    assert header == {"scale": "3"}
    with pytest.raises(ValueError, match="no known architecture"):
        load_model(path)


def test_folding_equals_the_training_form() -> None:
    """Three convolutions on the padded picture and one beside them, also at the border."""
    torch.manual_seed(0)
    skip = [torch.randn(4, 3, 1, 1), torch.randn(4)]
    shapes = ((6, 3, 1, 1), (8, 6, 3, 3), (4, 8, 1, 1))
    convs = [[torch.randn(shape), torch.randn(shape[0])] for shape in shapes]
    picture = torch.randn(1, 3, 5, 6)
    value = functional.pad(picture, (1, 1, 1, 1))
    for weight, bias in convs:
        value = functional.conv2d(value, weight, bias)
    value = value + functional.conv2d(picture, *skip)
    made = functional.conv2d(picture, *fold(skip, convs), padding=1)
    torch.testing.assert_close(made, value, atol=1e-4, rtol=1e-4)


def test_unshuffled_pictures_are_padded_by_reflection() -> None:
    """The output of a picture padded by hand, cut."""
    torch.manual_seed(1)
    network = RRDBNet(4, 2, 1, (2, 2), unshuffle=2)
    small = torch.rand(1, 3, 5, 7)
    padded = functional.pad(small, (0, 1, 0, 1), mode="reflect")
    torch.testing.assert_close(network(small), network(padded)[:, :, :10, :14])


def test_rlfn_works_on_bytes() -> None:
    """Its files take and return 0..255: with all biases nought, the output is in proportion all the same."""
    torch.manual_seed(2)
    network = RLFN(4, 4, 2, 0, 2).requires_grad_(False)
    small = torch.rand(1, 3, 6, 5)
    features = network.conv_1(small * 255)
    expected = network.upsampler(features + network.conv_2(features)) / 255
    torch.testing.assert_close(network(small), expected)


def some(**shapes: tuple[int, ...]) -> dict[str, Tensor]:
    """Return tensors of noughts; underscores stand for dots, doubled ones for themselves."""
    names = {name: name.replace("__", "-").replace("_", ".").replace("-", "_") for name in shapes}
    return {names[name]: torch.zeros(shape) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({}, "no known architecture"),
        (some(conv_weight=(1,)), "no known architecture"),
        (some(body_0_weight=(4, 3, 3, 3)), "do not fit"),
        (some(conv__first_weight=(4, 3, 3, 3)), "do not fit"),
        (some(conv__near_weight=(48, 1, 3, 3)), "do not fit"),
        (some(conv__1_sk_weight=(4, 3, 1, 1)), "do not fit"),
        (some(block__1_esa_conv1_weight=(4, 4, 1, 1)), "do not fit"),
        (some(feats_1_channel__mixer_0_weight=(4, 4, 3, 3)), "do not fit"),
        (some(conv1_weight=(4, 2, 9, 9), conv2_weight=(4, 4, 1, 1), conv3_weight=(2, 4, 5, 5)), "not 1 or 3"),
    ],
)
def test_other_tensors_are_refused(tensors: dict[str, Tensor], reason: str) -> None:
    """With one kind of error, whatever is wrong."""
    with pytest.raises(ValueError, match=reason):
        build(tensors)


def test_a_tensor_too_many_is_refused() -> None:
    """Nothing is left out in silence."""
    tensors = load_file(GOLDEN / "torch/expected.safetensors")
    with pytest.raises(ValueError, match=r"body\.4\.extra"):
        build(tensors | {"body.4.extra": torch.zeros(1)})


def test_another_scale_than_told_is_refused() -> None:
    """Rather than ignored."""
    with pytest.raises(ValueError, match="enlarges by 2, not 4"):
        build(load_file(GOLDEN / "torch/expected.safetensors"), scale=4)


@pytest.mark.parametrize("name", ["damaged.pth", "damaged.safetensors"])
def test_damaged_files_are_refused(name: str, tmp_path: Path) -> None:
    """By what they are not."""
    path = tmp_path / name
    path.write_bytes(b"damaged")
    with pytest.raises(ValueError, match="is not a sound"):
        load_model(path)
