"""PSNR, SSIM and luma against known values."""

import numpy as np
import pytest

from training.measure.metrics import cut_border, luma, psnr, ssim


@pytest.mark.parametrize(
    ("colour", "value"),
    [
        ((0, 0, 0), 16),
        ((255, 255, 255), 235),
        ((255, 0, 0), 81.481),
        ((0, 255, 0), 144.553),
        ((0, 0, 255), 40.966),
    ],
)
def test_luma_of_primaries(colour: tuple[int, int, int], value: float) -> None:
    """The coefficients of BT.601, and its range."""
    assert luma(np.full((1, 1, 3), colour, dtype=np.uint8))[0, 0] == pytest.approx(value)


def test_psnr() -> None:
    """A difference of one everywhere is 20 log10(255) dB; of five, 20 log10(51)."""
    plane = np.full((8, 8), 100.0)
    assert psnr(plane, plane + 1) == pytest.approx(48.1308, abs=1e-4)
    assert psnr(plane, plane - 5) == pytest.approx(34.1514, abs=1e-4)
    assert psnr(plane, plane) == float("inf")


def test_cut_border() -> None:
    """The middle is left."""
    assert cut_border(np.arange(30.0).reshape(5, 6), 2).tolist() == [[14, 15]]


def test_ssim_of_constants() -> None:
    """Without variance only the means count: (2ab + c1) / (a^2 + b^2 + c1)."""
    a, b, c1 = 100.0, 120.0, 6.5025
    expected = (2 * a * b + c1) / (a * a + b * b + c1)
    assert ssim(np.full((12, 12), a), np.full((12, 12), b)) == pytest.approx(expected, abs=1e-12)


def test_ssim_of_one_window() -> None:
    """One 11x11 window, with the sums written out as in the paper."""
    rng = np.random.default_rng(3)
    x, y = rng.random((2, 11, 11)) * 255
    row, column = np.mgrid[-5:6, -5:6]
    w = np.exp(-(row**2 + column**2) / (2 * 1.5**2))
    w /= w.sum()
    mx, my = (w * x).sum(), (w * y).sum()
    vx, vy, cov = (w * (x - mx) ** 2).sum(), (w * (y - my) ** 2).sum(), (w * (x - mx) * (y - my)).sum()
    c1, c2 = 6.5025, 58.5225
    expected = (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert ssim(x, y) == pytest.approx(expected, abs=1e-12)
    assert ssim(x, x) == pytest.approx(1)


def test_ssim_refuses_what_no_window_fits() -> None:
    """Rather than give the mean of nothing."""
    with pytest.raises(ValueError, match="11x11"):
        ssim(np.zeros((10, 20)), np.zeros((10, 20)))
