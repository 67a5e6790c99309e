"""The mean of eight."""

import torch
from torch import Tensor, nn

from training.networks.compact import Compact
from training.networks.ensemble import MeanOfEight


def test_the_result_of_a_turned_picture_is_the_turned_result() -> None:
    """Whichever way it is turned."""
    torch.manual_seed(1)
    network = MeanOfEight(Compact(4, 1, 2)).eval()
    picture = torch.rand(1, 3, 5, 8)
    with torch.inference_mode():
        whole = network(picture)
        assert whole.shape == (1, 3, 10, 16)
        for quarters in range(4):
            turned = network(picture.rot90(quarters, (2, 3)))
            torch.testing.assert_close(turned, whole.rot90(quarters, (2, 3)))
        torch.testing.assert_close(network(picture.flip(3)), whole.flip(3))


def test_each_result_is_turned_back_and_clamped() -> None:
    """Of a network that makes every pixel alike the mean is what it makes."""

    class Twice(nn.Module):
        """Leaves 0..=1."""

        def forward(self, picture: Tensor) -> Tensor:
            """Double the values."""
            return 2 * picture

    picture = torch.rand(1, 3, 4, 3)
    torch.testing.assert_close(MeanOfEight(Twice())(picture), (2 * picture).clamp(0, 1))
