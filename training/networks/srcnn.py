"""SRCNN, the first convolutional network for super-resolution (Dong et al., 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..data.resize import resize_rows

# Red, green and blue in luma, where it starts and how far it goes, of 255 (ITU-R BT.601, studio swing).
LUMA = (65.481, 128.553, 24.966)
LUMA_START = 16.0
LUMA_RANGE = 219.0


def enlarged(small: Tensor, scale: int) -> Tensor:
    """Return pictures (batch, 3, height, width) enlarged as the paper does it, by MATLAB's bicubic."""
    height, width = small.shape[2:]
    values = small.double().permute(2, 3, 0, 1).numpy()
    tall = resize_rows(values, height * scale)
    both = resize_rows(tall.swapaxes(0, 1), width * scale).swapaxes(0, 1)
    return torch.from_numpy(both).permute(2, 3, 0, 1).to(small.dtype)


class SRCNN(nn.Module):
    """Enlarges pictures of shape (batch, 3, height, width), RGB in 0..1: bicubic, then three convolutions.

    With one channel they work on the luma, and the chroma stays that of the bicubic picture.
    """

    def __init__(self, channels: int, widths: list[int], kernels: list[int], scale: int) -> None:
        """Build convolutions from `channels` (1 or 3) by way of `widths` back to `channels`."""
        super().__init__()
        self.scale = scale
        sizes = (channels, *widths, channels)
        self.conv1, self.conv2, self.conv3 = (
            nn.Conv2d(sizes[i], sizes[i + 1], kernels[i], padding=kernels[i] // 2) for i in range(3)
        )
        luma = torch.tensor(LUMA).reshape(1, 3, 1, 1) / 255
        self.register_buffer("luma", luma, persistent=False)

    def convolved(self, blurred: Tensor) -> Tensor:
        """Return what the convolutions make of (batch, channels, height, width)."""
        return self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(blurred)))))

    def visible(self, picture: Tensor) -> Tensor:
        """Return what the convolutions see of an RGB picture: its luma, or all of it."""
        if self.conv1.in_channels == 3:
            return picture
        return (self.luma * picture).sum(1, keepdim=True) + LUMA_START / 255

    def detail(self, small: Tensor) -> Tensor:
        """Return what the convolutions make of a small picture: (batch, channels, height, width)."""
        return self.convolved(self.visible(enlarged(small, self.scale)))

    def wanted_detail(self, small: Tensor, large: Tensor) -> Tensor:
        """Return what `detail` should be."""
        return self.visible(large)

    def forward(self, small: Tensor) -> Tensor:
        """Return the enlarged picture, not clamped."""
        blurred = enlarged(small, self.scale)
        luma = self.visible(blurred)
        if self.conv1.in_channels == 3:
            return self.convolved(blurred)
        # With the chroma kept, a change of luma is the same change of red, green and blue.
        return blurred + (self.convolved(luma) - luma) * (255 / LUMA_RANGE)


def srcnn_from_tensors(tensors: dict[str, Tensor], scale: int) -> SRCNN:
    """Build the network whose sizes the tensors' shapes tell, for a factor they do not tell, strictly.

    Raises KeyError, RuntimeError or ValueError when the tensors are not those of an SRCNN.
    """
    shapes = [tensors[f"conv{number}.weight"].shape for number in (1, 2, 3)]
    if shapes[0][1] not in (1, 3):
        raise ValueError(f"conv1 takes {shapes[0][1]} channels, not 1 or 3")
    widths, kernels = [shapes[0][0], shapes[1][0]], [shape[2] for shape in shapes]
    network = SRCNN(shapes[0][1], widths, kernels, scale)
    network.load_state_dict(tensors)
    return network
