"""Converting ncnn files that are written here layer by layer, as converters write the known networks."""

from pathlib import Path

import pytest
import torch
from torch import nn

from training.cli import main
from training.conversion import convert, ncnn_run
from training.networks.compact import Compact
from training.networks.rlfn import RLFN
from training.networks.rrdb import RRDBNet
from training.networks.span import SPAN, AttentionBlock
from training.networks.spanf import SPANF
from training.networks.srcnn import SRCNN
from training.release.weights import load_model, read_tensors
from training.tests.ncnn_writer import F16, F32, F32_WITH_FLAG, Writer, randomised

LEAKY_FIFTH = "9=2 -23310=1,2.000000e-01"


def compact(network: Compact, flag: bytes = F32) -> Writer:
    """Write a Compact network, with activations in layers of their own."""
    writer, value = Writer(flag), 0
    for layer in network.body:
        if isinstance(layer, nn.Conv2d):
            value = writer.conv(layer, value)
        elif isinstance(layer, nn.PReLU):
            value = writer.prelu(layer, value)
        else:
            slope = getattr(layer, "negative_slope", 0)
            value = writer.layer("ReLU", [value], f"0={slope:e}" if slope else "")
    value = writer.layer("PixelShuffle", [value], f"0={network.scale}")
    factor = f"{network.scale:e}"
    nearest = writer.layer("Interp", [0], f"0=1 1={factor} 2={factor}")
    writer.binary(0, [value, nearest])
    return writer


def rrdb(network: RRDBNet) -> Writer:
    """Write an RRDBNet with activations joined to convolutions and weighted sums."""
    writer = Writer(F16)
    source = writer.layer("Reorg", [0], f"0={network.unshuffle}") if network.unshuffle > 1 else 0
    start = value = writer.conv(network.conv_first, source)
    for block in network.body:
        entry = value
        for dense in (block.rdb1, block.rdb2, block.rdb3):
            made = [value]
            for conv in (dense.conv1, dense.conv2, dense.conv3, dense.conv4):
                joined = made[0] if len(made) == 1 else writer.layer("Concat", made, "0=0")
                made.append(writer.conv(conv, joined, LEAKY_FIFTH))
            last = writer.conv(dense.conv5, writer.layer("Concat", made, "0=0"))
            value = writer.layer("Eltwise", [last, value], "0=1 -23301=2,2.000000e-01,1.000000e+00")
        value = writer.binary(0, [writer.binary(2, [value], 0.2), entry])
    value = writer.binary(0, [start, writer.conv(network.conv_body, value)])
    for number, factor in enumerate(network.steps, 1):
        value = writer.layer("Interp", [value], f"0=1 1={factor:e} 2={factor:e}")
        value = writer.conv(network.get_submodule(f"conv_up{number}"), value, LEAKY_FIFTH)
    writer.conv(network.conv_last, writer.conv(network.conv_hr, value, LEAKY_FIFTH))
    return writer


def attention_block(writer: Writer, block: AttentionBlock, source: int) -> tuple[int, int]:
    """Write a block of SPAN; return what it makes, and its inside."""
    first = writer.layer("Swish", [writer.conv(block.c1_r.eval_conv, source)], "")
    second = writer.layer("Swish", [writer.conv(block.c2_r.eval_conv, first)], "")
    third = writer.conv(block.c3_r.eval_conv, second)
    if not block.attends:
        return third, first
    attention = writer.binary(1, [writer.layer("Sigmoid", [third], "")], 0.5)
    return writer.binary(2, [writer.binary(0, [third, source]), attention]), first


def span(network: SPAN) -> Writer:
    """Write a SPAN, whose mean is a constant."""
    writer = Writer()
    value = 0
    if network.norm:
        writer.numbers(network.mean)
        mean = writer.layer("MemoryData", [], "0=1 1=1 2=3")
        value = writer.binary(2, [writer.binary(1, [0, mean])], 255.0)
    features = value = writer.conv(network.conv_1.eval_conv, value)
    outputs = []
    for number in range(1, 7):
        value, inside = attention_block(writer, network.get_submodule(f"block_{number}"), value)
        outputs.append(value)
    last = writer.conv(network.conv_2.eval_conv, value)
    joined = writer.layer("Concat", [features, last, outputs[0], inside], "0=0")
    value = writer.conv(network.upsampler[0], writer.conv(network.conv_cat, joined))
    writer.layer("PixelShuffle", [value], f"0={network.scale}")
    return writer


def spanf(network: SPANF) -> Writer:
    """Write a SPANF, with the branch of the picture after the blocks, as some converters have it."""
    writer = Writer()
    one, _ = attention_block(writer, network.block_1, 0)
    value = one
    for number in range(2, 6):
        value, _ = attention_block(writer, network.get_submodule(f"block_{number}"), value)
    near = writer.conv(network.conv_near, 0)
    joined = writer.conv(network.conv_cat, writer.layer("Concat", [near, value, one], "0=0"))
    writer.layer("PixelShuffle", [writer.conv(network.conv_2.eval_conv, joined)], f"0={network.scale}")
    return writer


def rlfn(network: RLFN) -> Writer:
    """Write an RLFN that takes 0..255, for pictures of 21x17 alone."""
    writer = Writer()
    features = value = writer.conv(network.conv_1, 0)
    for number in range(1, network.blocks + 1):
        block, source = network.get_submodule(f"block_{number}"), value
        for conv in (block.c1_r, block.c2_r, block.c3_r):
            value = writer.conv(conv, value, "9=2 -23310=1,5.000000e-02")
        mixed = writer.conv(block.c5, writer.binary(0, [value, source]))
        fine = writer.conv(block.esa.conv1, mixed)
        pooled = writer.layer("Pooling", [writer.conv(block.esa.conv2, fine)], "0=0 1=7 2=3 5=1")
        coarse = writer.layer("Interp", [writer.conv(block.esa.conv3, pooled)], "0=2 3=17 4=21")
        summed = writer.binary(0, [coarse, writer.conv(block.esa.conv_f, fine)])
        value = writer.binary(2, [mixed, writer.conv(block.esa.conv4, summed, "9=4")])
    value = writer.binary(0, [features, writer.conv(network.conv_2, value)])
    writer.layer("PixelShuffle", [writer.conv(network.upsampler[0], value)], f"0={network.scale}")
    return writer


def srcnn(network: SRCNN) -> Writer:
    """Write an SRCNN, which takes an enlarged picture."""
    writer = Writer()
    value = writer.conv(network.conv2, writer.conv(network.conv1, 0, "9=1"), "9=1")
    writer.conv(network.conv3, value)
    return writer


NETWORKS = {
    "compact": (compact, Compact(5, 2, 3)),
    "compact_relu": (compact, Compact(4, 1, 2, "relu")),
    "compact_leaky": (compact, Compact(4, 1, 2, "leakyrelu")),
    "rrdb_x4": (rrdb, RRDBNet(5, 3, 2, (2, 2))),
    "rrdb_x3": (rrdb, RRDBNet(4, 2, 1, (3,))),
    "rrdb_unshuffle_x2": (rrdb, RRDBNet(4, 2, 1, (2, 2), unshuffle=2)),
    "span": (span, SPAN(5, 2)),
    "span_no_norm": (span, SPAN(4, 3, norm=False)),
    "spanf": (spanf, SPANF(5, 2)),
    "rlfn": (rlfn, RLFN(4, 5, 3, 2, 2)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_come_back(name: str, tmp_path: Path) -> None:
    """All tensors under their names, and a file that is recognised as the same network."""
    write, network = NETWORKS[name]
    files = write(randomised(network)).save(tmp_path)
    out = tmp_path / "out.safetensors"
    assert main(["convert", *map(str, files), "-o", str(out)]) == 0
    tensors, header = read_tensors(out)
    assert header["scale"] == str(network.scale)
    expected = network.state_dict()
    assert tensors.keys() == expected.keys()
    assert all(tensors[name].equal(tensor) for name, tensor in expected.items())
    picture = torch.rand(1, 3, 18, 20)
    torch.testing.assert_close(load_model(out)(picture), network(picture))


@pytest.mark.parametrize("name", NETWORKS)
def test_ncnn_runs_these_files_alike(name: str, tmp_path: Path) -> None:
    """What stands here for ncnn makes the same of a picture as ncnn does."""
    ncnn = pytest.importorskip("ncnn")
    write, network = NETWORKS[name]
    param, weights = write(randomised(network)).save(tmp_path)
    net = ncnn.Net()
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    net.load_param(str(param))
    net.load_model(str(weights))
    graph = ncnn_run.read(param, weights)
    picture = torch.rand(1, graph.channels, *graph.size)
    made = graph.run(picture)
    extractor = net.create_extractor()
    extractor.input("0", ncnn.Mat(picture[0].numpy()))
    code, expected = extractor.extract(net.output_names()[0])
    assert code == 0
    torch.testing.assert_close(made[0], torch.tensor(expected.numpy()), atol=1e-3, rtol=1e-3)


@pytest.mark.parametrize("flag", [F32, F32_WITH_FLAG, F16], ids=["f32", "f32_with_flag", "f16"])
def test_types_of_numbers(flag: bytes, tmp_path: Path) -> None:
    """Odd counts too, which f16 fills up to four bytes."""
    network = randomised(Compact(3, 1, 1))
    files = compact(network, flag).save(tmp_path)
    convert(files, tmp_path / "out.safetensors")
    tensors, _ = read_tensors(tmp_path / "out.safetensors")
    assert all(tensors[name].equal(tensor) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize("channels", [1, 3])
def test_srcnn_needs_a_scale(channels: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its files take enlarged pictures and cannot tell how much they were."""
    network = randomised(SRCNN(channels, [4, 3], [9, 1, 5], 1))
    files = [str(path) for path in srcnn(network).save(tmp_path)]
    out = str(tmp_path / "out.safetensors")
    assert main(["convert", *files, "-o", out]) == 1
    assert "give it by --scale" in capsys.readouterr().err
    assert main(["convert", *files, "-o", out, "--scale", "3"]) == 0
    assert "SRCNN for scale 3" in capsys.readouterr().out
    loaded = load_model(Path(out))
    assert loaded.scale == 3
    assert loaded.conv3.weight.equal(network.conv3.weight)


def test_either_file_names_the_other(tmp_path: Path) -> None:
    """Both lie side by side under one name."""
    files = compact(randomised(Compact(3, 1, 2))).save(tmp_path)
    for file in files:
        assert "Compact for scale 2" in convert([file], tmp_path / "out.safetensors")


def refusal(files: list[Path], tmp_path: Path) -> str:
    """Return the sentence with which the command refuses the files."""
    with pytest.raises(ValueError, match=r".") as caught:
        convert(files, tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()
    return str(caught.value)


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    """Cut off at any place, too long, quantised, or no such files at all."""
    param, weights = compact(randomised(Compact(3, 1, 2))).save(tmp_path)
    text, data = param.read_text(), weights.read_bytes()
    for length in (0, 3, 100, len(data) - 1):
        weights.write_bytes(data[:length])
        assert "ends within the weights of layer" in refusal([param], tmp_path)
    weights.write_bytes(data + b"more")
    assert "4 bytes too many" in refusal([param], tmp_path)
    weights.write_bytes((0x000D4B38).to_bytes(4, "little") + data[4:])
    assert "quantised or damaged (flag 0x000d4b38)" in refusal([param], tmp_path)
    weights.write_bytes(data)
    lines = text.splitlines()
    for changed, sentence in (
        ("\n".join(lines[:-1]), "cut off: it announces 10 layers and has 9"),
        (lines[0], "cut off: it announces 0 layers"),
        ("\0\1\2", "not an ncnn .param file in text"),
        (text.replace("PixelShuffle", "Softmax"), "is of the kind Softmax, which no known network has"),
        (text.replace("0=2\n", "nonsense\n"), "has a line that is not a layer: PixelShuffle"),
        (text.replace("Input layer0", "Noop layer0"), "does not take one picture"),
        (text.replace("0=1 1=2", "0=7 1=2"), "layer7 (Interp) is not as the known networks have it"),
        (text.replace("6=81", "6=82"), "sizes of layer layer1 do not fit"),
        (text.replace("6=81", "6=81 8=1"), "weights of layer layer1 are quantised"),
    ):
        param.write_text(changed)
        assert sentence in refusal([param], tmp_path)
    assert "give one .onnx file" in refusal([tmp_path / "model.pth"], tmp_path)


def test_other_networks_are_refused(tmp_path: Path) -> None:
    """Of other shapes, with other arithmetic, or with an output that is not larger by a whole number."""
    network = randomised(Compact(3, 1, 2))
    assert "4 convolutions are those of no known" in refusal(compact_with_one_more().save(tmp_path), tmp_path)
    param, weights = compact(network).save(tmp_path)
    lines = param.read_text().splitlines()
    # Subtracting instead of adding the enlarged picture.
    param.write_text("\n".join([*lines[:-1], lines[-1].replace("0=0", "0=1")]))
    assert "fit Compact, but the file's network does something else" in refusal([param, weights], tmp_path)
    writer = compact(network)
    writer.layer("Interp", [len(writer.layers) - 1], "0=1 1=2.500000e-01 2=2.500000e-01")
    assert "no enlarging by a whole number" in refusal(writer.save(tmp_path), tmp_path)
    assert "enlarges by 2, not 4" in told_another_scale(network, tmp_path)


def compact_with_one_more() -> Writer:
    """Return a network that is none of the known ones: 5x5 convolutions with a PReLU each."""
    writer, value = Writer(), 0
    for inputs, outputs in ((3, 4), (4, 4), (4, 4), (4, 3)):
        value = writer.conv(randomised(nn.Conv2d(inputs, outputs, 5, padding=2)), value)
    return writer


def told_another_scale(network: Compact, tmp_path: Path) -> str:
    """Return the refusal of a scale that the file's network has not."""
    with pytest.raises(ValueError, match=r".") as caught:
        convert(compact(network).save(tmp_path), tmp_path / "out.safetensors", scale=4)
    return str(caught.value)
