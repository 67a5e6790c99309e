"""The Compact network: SRVGGNetCompact of Real-ESRGAN (Wang et al., 2021), written out small."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional


def activation(act: str, width: int) -> nn.Module:
    """Return the activation of that name for `width` channels."""
    if act == "prelu":
        return nn.PReLU(width)
    if act == "relu":
        return nn.ReLU()
    if act == "leakyrelu":
        return nn.LeakyReLU(0.1)
    raise ValueError(f"act must be prelu, relu or leakyrelu, not {act}")


class Compact(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1, by a whole factor.

    All convolutions work at the small size; the last one makes `scale * scale` values per channel
    that a pixel shuffle spreads out, and the network only has to learn what to add to the picture
    enlarged by repeating pixels. The modules sit in one list named `body` so that the tensors carry
    the names community files use: `body.0.weight`, `body.0.bias`, `body.1.weight` (slopes), ...
    """

    def __init__(self, width: int = 32, depth: int = 8, scale: int = 4, act: str = "prelu") -> None:
        """Build `depth` inner convolutions of `width` channels for a factor of 1 to 4.

        `act` follows all convolutions but the last: `prelu`, `relu` or `leakyrelu`.
        """
        super().__init__()
        if scale not in (1, 2, 3, 4):
            raise ValueError(f"scale must be 1, 2, 3 or 4, not {scale}")
        if width < 1 or depth < 0:
            raise ValueError(f"width must be at least 1 and depth at least 0, not {width} and {depth}")
        self.width, self.depth, self.scale, self.act = width, depth, scale, act
        layers: list[nn.Module] = []
        for inputs in [3] + depth * [width]:
            layers += [nn.Conv2d(inputs, width, 3, padding=1), activation(act, width)]
        layers.append(nn.Conv2d(width, 3 * scale * scale, 3, padding=1))
        self.body = nn.ModuleList(layers)

    def detail(self, small: Tensor) -> Tensor:
        """Return what to add, before the shuffle: (batch, 3 * scale * scale, height, width)."""
        features = small
        for layer in self.body:
            features = layer(features)
        return features

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture; values may overshoot 0..1 slightly and are not clamped here."""
        nearest = functional.interpolate(small, scale_factor=self.scale, mode="nearest")
        return functional.pixel_shuffle(self.detail(small), self.scale) + nearest

    def wanted_detail(self, small: Tensor, large: Tensor) -> Tensor:
        """Return the detail that would make `forward` give `large` exactly.

        Comparing details is comparing pictures with the values in another order; it spares the
        training loop shuffling at the large size, about a fifth of its time on a processor.
        """
        nearest = small.repeat_interleave(self.scale**2, dim=1)
        return functional.pixel_unshuffle(large, self.scale) - nearest


def compact_from_tensors(tensors: dict[str, Tensor], act: str | None = None) -> Compact:
    """Build the network whose sizes the tensors' shapes tell and load them, strictly.

    `act` says what stands where the file has no slopes, `relu` (taken unless told) or `leakyrelu`: both
    are without tensors. Raises IndexError, KeyError, RuntimeError or ValueError when the tensors are not
    those of a Compact network.
    """
    last = max(int(name.split(".")[1]) for name in tensors)
    width = tensors["body.0.weight"].shape[0]
    scale = round((tensors[f"body.{last}.weight"].shape[0] / 3) ** 0.5)
    act = "prelu" if "body.1.weight" in tensors else act or "relu"
    network = Compact(width, last // 2 - 1, scale, act)
    network.load_state_dict(tensors)
    return network
