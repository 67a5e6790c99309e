"""Makes the golden means of eight in `tta/`: networks of `networks/` on their pictures in every orientation.

Run it from the root with `PYTHONPATH=. python tests/golden/tta.py` (PyTorch 2, safetensors). Each case is one
safetensors file of the network's name with `output` [height * scale][width * scale][3]: the mean of eight
results, each clamped to 0..=1 and turned back.
"""

from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

from training.networks import build
from training.networks.ensemble import MeanOfEight

HERE = Path(__file__).parent

# A plain chain, attention, and one that pads the picture to whole squares; none of the pictures is square.
CASES = ("compact_x4", "span_plain_x2", "rrdb_unshuffle_x2")


def main() -> None:
    """Write all cases."""
    (HERE / "tta").mkdir(exist_ok=True)
    for name in CASES:
        with safe_open(HERE / "networks" / f"{name}.safetensors", "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}
        weights = {key.removeprefix("weights."): value for key, value in tensors.items() if "weights." in key}
        network = build(weights).requires_grad_(False)
        output = MeanOfEight(network)(tensors["picture"].permute(2, 0, 1)[None])
        save_file({"output": output[0].permute(1, 2, 0).contiguous()}, HERE / "tta" / f"{name}.safetensors")


if __name__ == "__main__":
    main()
