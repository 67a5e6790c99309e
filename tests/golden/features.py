"""Makes the golden features in `features/`: what PyTorch's layers answer inside networks of `networks/`.

Run it from the root with `PYTHONPATH=. python tests/golden/features.py` (PyTorch 2, safetensors). Each case
is one safetensors file of the network's name, with [height][width][channels] for layers under the names that
Lenslet gives them. A layer is what comes after its activation and after what is added to it.
"""

from collections.abc import Callable
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from training.networks import build

HERE = Path(__file__).parent

# What a module took and what it made.
Seen = tuple[Tensor, Tensor]


def taken(seen: Seen) -> Tensor:
    """Return what the module took."""
    return seen[0]


def made(seen: Seen) -> Tensor:
    """Return what the module made, or the first of it."""
    return seen[1][0] if isinstance(seen[1], tuple) else seen[1]


def then(activation: Callable[[Tensor], Tensor]) -> Callable[[Seen], Tensor]:
    """Return what takes the activation of what the module made."""
    return lambda seen: activation(made(seen))


def leaky(slope: float) -> Callable[[Seen], Tensor]:
    """Return what takes LeakyReLU of what the module made."""
    return then(lambda value: functional.leaky_relu(value, slope))


SILU = then(functional.silu)

# For each network its layers: Lenslet's name, PyTorch's module, and what of it the layer is.
CASES: dict[str, list[tuple[str, str, Callable[[Seen], Tensor]]]] = {
    "compact_x4": [("convolution 1", "body.1", made), ("convolution 4", "body.7", made)],
    "span_no_norm_x3": [
        ("convolution 1 before the blocks", "conv_1", made),
        ("convolution 1 of block 1", "block_1.c1_r", SILU),
        ("convolution 3 of block 1", "block_1", made),
        ("convolution 2 of block 6", "block_6.c2_r", SILU),
        ("convolution 1 after the blocks", "conv_2", made),
        ("convolution 2 after the blocks", "conv_cat", made),
    ],
    "rlfn_x2": [
        ("convolution 1 of block 1", "block_1.c1_r", leaky(0.05)),
        ("convolution 3 of block 1", "block_1.c5", taken),
        ("convolution 6 of block 1", "block_1.esa.conv2", made),
        ("pooling 1 of block 1", "block_1.esa.conv3", taken),
        ("convolution 9 of block 2", "block_2", made),
        ("convolution 1 after the blocks", "upsampler", taken),
    ],
    "realplksr_x2": [
        ("convolution 1 of block 1", "feats.1.channel_mixer.1", made),
        ("normalisation 1 of block 1", "feats.1", made),
    ],
    "rrdb_unshuffle_x2": [
        ("convolution 1 before the blocks", "conv_first", made),
        ("convolution 1 of block 2", "body.0.rdb2.conv1", leaky(0.2)),
        ("convolution 5 of block 1", "body.0.rdb1", made),
        ("convolution 5 of block 3", "body", made),
        ("convolution 2 after the blocks", "conv_up1", leaky(0.2)),
        ("convolution 3 after the blocks", "conv_up2", leaky(0.2)),
    ],
}


def watched(network: nn.Module, picture: Tensor) -> dict[str, Seen]:
    """Run the network and return what each of its modules took and made."""
    seen: dict[str, Seen] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            seen[name] = (inputs[0], output)

        return hook

    for name, module in network.named_modules():
        module.register_forward_hook(watch(name))
    network(picture)
    return seen


def main() -> None:
    """Write all cases."""
    (HERE / "features").mkdir(exist_ok=True)
    for name, layers in CASES.items():
        with safe_open(HERE / "networks" / f"{name}.safetensors", "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
        weights = {key.removeprefix("weights."): value for key, value in tensors.items() if "weights." in key}
        network = build(weights).requires_grad_(False)
        seen = watched(network, tensors["picture"].permute(2, 0, 1)[None])
        features = {layer: of(seen[module])[0].permute(1, 2, 0).contiguous() for layer, module, of in layers}
        save_file(features, HERE / "features" / f"{name}.safetensors")


if __name__ == "__main__":
    main()
