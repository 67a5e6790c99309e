"""The single steps of the degradation: kernels, resizing, noise, sharpening, compression."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from training.degradation import kernels
from training.degradation.blurring import blur, sharpen
from training.degradation.compression import compress, encoded
from training.degradation.noise import LUMA, add_chroma_noise, add_noise, smear
from training.degradation.options import CHROMA, Options
from training.degradation.pipeline import Degradation
from training.degradation.resizing import FILTERS, resize
from training.tests.conftest import drawn_picture

KERNELS = {
    "gaussian": kernels.generalised_gaussian((1.5, 2.5), 0.7),
    "generalised": kernels.generalised_gaussian((1.5, 2.5), 0.7, 0.6),
    "plateau": kernels.plateau((1.5, 2.5), 0.7, 1.8),
    "sinc": kernels.sinc(0.5, 7),
}


def flat(value: int, side: int = 96) -> NDArray[np.uint8]:
    """Return a picture of one grey."""
    return np.full((side, side, 3), value, dtype=np.uint8)


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_keep_brightness_and_place(name: str) -> None:
    """The sum is 1 and the kernel is the same when turned by half a circle."""
    kernel = KERNELS[name]
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert kernel.shape[0] % 2 == 1
    assert np.allclose(kernel, kernel[::-1, ::-1], atol=1e-7)


def test_gaussian_line_is_the_round_kernel() -> None:
    """Filtering rows and columns by it is filtering by the kernel, whose deviation is sigma."""
    line = kernels.gaussian_line(2.0)
    assert np.allclose(np.outer(line, line), kernels.generalised_gaussian((2.0, 2.0), 0.3), atol=1e-7)
    assert math.sqrt((line * np.arange(-6, 7) ** 2).sum()) == pytest.approx(2, rel=0.02)


def test_angle_and_axes() -> None:
    """The longer half-axis points 30 degrees from x towards y."""
    kernel = kernels.generalised_gaussian((3.0, 1.0), math.radians(30))
    y, x = np.mgrid[-9:10, -9:10]
    xx, yy, xy = ((kernel * product).sum() for product in (x * x, y * y, x * y))
    assert math.degrees(0.5 * math.atan2(2 * xy, xx - yy)) == pytest.approx(30, abs=0.5)
    assert math.sqrt(xx + yy) == pytest.approx(math.sqrt(10), rel=0.03)


def test_plateau_and_generalised_shapes() -> None:
    """On the half-axis, d = 1: half of the middle, and exp(-1/2) of it, whatever the exponent."""
    for exponent in (0.7, 2.0):
        level = kernels.plateau((2.0, 2.0), 0, exponent)
        assert level[6, 8] / level[6, 6] == pytest.approx(0.5)
        bell = kernels.generalised_gaussian((2.0, 2.0), 0, exponent)
        assert bell[6, 8] / bell[6, 6] == pytest.approx(math.exp(-0.5))


def test_sinc_cuts_off() -> None:
    """Frequencies well below the cutoff pass, those well above are gone."""
    response = np.abs(np.fft.fft2(kernels.sinc(0.5, 20), (64, 64)))
    assert response[0, :11] == pytest.approx(1, abs=0.1)
    assert response[0, 22:33] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("kind", kernels.KERNELS)
def test_every_blur_softens(kind: str) -> None:
    """And says which it was, but leaves a flat picture flat."""
    options = Options(blur_chance=1, blur_kernels=(kind,), blur_sigma=(1.5, 1.5), sinc_cutoff=(0.4, 0.4))
    picture = np.random.default_rng(1).integers(60, 196, size=(64, 64, 3), dtype=np.uint8)
    blurred, said = blur(picture, options, np.random.default_rng(2))
    assert blurred.std() < 0.6 * picture.std()
    assert said.startswith("blur" if kind == "isotropic" else kind)
    assert np.abs(blur(flat(90), options, np.random.default_rng(3))[0].astype(int) - 90).max() <= 1


@pytest.mark.parametrize("kind", FILTERS)
@pytest.mark.parametrize("side", [13, 64, 101])
def test_resizing_keeps_a_ramp(kind: str, side: int) -> None:
    """Away from the border, a ramp stays a ramp with the same ends: right size, brightness and place."""
    ramp = np.broadcast_to(np.arange(20, 212, 3, dtype=np.uint8)[None, :, None], (64, 64, 3))
    out = resize(np.ascontiguousarray(ramp), side, side, kind)
    assert out.shape == (side, side, 3)
    expected = 20 + 3 * ((np.arange(side) + 0.5) * 64 / side - 0.5)
    inner = slice(side // 4, side - side // 4)
    assert np.abs(out[side // 2, inner, 0] - expected[inner]).max() <= 1.5


def test_antialiasing() -> None:
    """A fine stripe pattern turns grey, unless the filter is an aliasing one."""
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[:, ::4] = 200
    contrast = {kind: int(np.ptp(resize(stripes, 22, 22, kind)[4:-4, 4:-4])) for kind in FILTERS}
    assert {kind for kind, value in contrast.items() if value > 100} == {
        "bilinear-aliased",
        "bicubic-aliased",
    }


def test_gaussian_noise() -> None:
    """Of the deviation asked for, apart in the channels or the same in all."""
    options = Options(noise_chance=1, poisson_share=0, gaussian_sigma=(5, 5), grey_noise_chance=0)
    noisy, said = add_noise(flat(128), options, np.random.default_rng(1))
    assert noisy.std() == pytest.approx(5, rel=0.03)
    assert noisy.mean() == pytest.approx(128, abs=0.2)
    assert np.corrcoef(noisy[..., 0].ravel(), noisy[..., 1].ravel())[0, 1] == pytest.approx(0, abs=0.05)
    assert said == "noise 5.0"
    grey = Options(noise_chance=1, poisson_share=0, gaussian_sigma=(5, 5), grey_noise_chance=1)
    noisy, said = add_noise(flat(128), grey, np.random.default_rng(1))
    assert np.array_equal(noisy[..., 0], noisy[..., 2])
    assert noisy.std() == pytest.approx(5, rel=0.03)
    assert said == "grey noise 5.0"


@pytest.mark.parametrize("grey", [0, 1])
def test_poisson_noise_grows_with_the_root_of_the_value(grey: int) -> None:
    """Four times as bright is twice as noisy."""
    options = Options(noise_chance=1, poisson_share=1, poisson_strength=(1, 1), grey_noise_chance=grey)
    for value, deviation in ((36, 6), (144, 12)):
        noisy, _ = add_noise(flat(value), options, np.random.default_rng(2))
        assert noisy.std() == pytest.approx(deviation, rel=0.03)


def test_sharpening_overshoots_edges() -> None:
    """By a share of the difference to the blurred picture; flat parts stay."""
    edge = flat(60)
    edge[:, 48:] = 160
    sharp, said = sharpen(
        edge, Options(sharpen_chance=1, sharpen_amount=(0.5, 0.5)), np.random.default_rng(1)
    )
    assert sharp[50, 48, 0] >= 165
    assert sharp[50, 47, 0] <= 55
    assert sharp[50, 10, 0] == 60
    assert said == "sharpen 0.5"


def block_columns(picture: NDArray[np.uint8]) -> set[int]:
    """Return, modulo 8, before which columns a picture made of flat blocks jumps."""
    jumps = np.abs(np.diff(picture.astype(int), axis=1)).sum(axis=(0, 2))
    return {int(column + 1) % 8 for column in np.flatnonzero(jumps > 4 * picture.shape[0])}


def test_blocks_begin_where_told() -> None:
    """At the lowest quality every block of a ramp is flat."""
    ramp = np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], (48, 64, 3))
    made = encoded(np.ascontiguousarray(ramp), np.array([0, 3]), format="JPEG", quality=1)
    assert made.shape == ramp.shape
    assert block_columns(made) == {5}


def test_blocks_begin_anywhere() -> None:
    """All eight phases are drawn."""
    ramp = np.ascontiguousarray(
        np.broadcast_to(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], (16, 64, 3))
    )
    options, rng = Options(compression_chance=1, jpeg_quality=(1, 1)), np.random.default_rng(1)
    assert set().union(*(block_columns(compress(ramp, options, rng)[0]) for _ in range(60))) == set(range(8))


@pytest.mark.parametrize("chroma", CHROMA)
def test_chroma_subsampling(chroma: str) -> None:
    """Only 4:4:4 keeps stripes of colour; 4:2:2 loses upright ones alone."""
    upright = flat(0, 32)
    upright[:, ::2] = (255, 0, 0)
    upright[:, 1::2] = (0, 130, 0)
    options = Options(compression_chance=1, jpeg_quality=(95, 95), chroma=(chroma,))
    errors = []
    for picture in (upright, np.ascontiguousarray(upright.swapaxes(0, 1))):
        made, said = compress(picture, options, np.random.default_rng(1))
        errors.append(np.abs(made.astype(int) - picture).mean() > 20)
        assert said == f"JPEG 95 {chroma}"
    assert errors == {"4:4:4": [False, False], "4:2:2": [True, False], "4:2:0": [True, True]}[chroma]


def test_webp_and_quality() -> None:
    """WebP when told so; a lower quality is further from the picture in either format."""
    picture = drawn_picture(3)
    for share, name in ((0, "JPEG"), (1, "WebP")):
        errors = []
        for quality in (15, 95):
            span = (quality, quality)
            options = Options(compression_chance=1, webp_share=share, jpeg_quality=span, webp_quality=span)
            made, said = compress(picture, options, np.random.default_rng(1))
            errors.append(np.abs(made.astype(int) - picture).mean())
            assert said.startswith(f"{name} {quality}")
        assert errors[0] > 1.3 * errors[1] > 0


def test_chroma_noise_leaves_luma() -> None:
    """Colours differ by about as much as told, in blotches; the luma does not."""
    options = Options(chroma_noise_chance=1, chroma_noise_sigma=(6, 6))
    noisy, said = add_chroma_noise(flat(128), options, np.random.default_rng(1))
    change = noisy.astype(float) - 128
    assert said == "chroma noise 6.0"
    assert np.abs(change @ LUMA).max() < 1
    assert 2 < change.std() < 7
    neighbours = np.corrcoef(change[:, 1:, 2].ravel(), change[:, :-1, 2].ravel())[0, 1]
    assert neighbours > 0.5


def test_smearing_takes_noise_and_keeps_edges() -> None:
    """What differs little is averaged, what differs much stays."""
    edge = flat(60)
    edge[:, 48:] = 180
    noisy, _ = add_noise(
        edge, Options(noise_chance=1, poisson_share=0, gaussian_sigma=(5, 5)), np.random.default_rng(1)
    )
    smooth, _ = smear(noisy, Options(smear_chance=1, smear_range=(25, 25)), np.random.default_rng(1))
    assert smooth[:, :40].std() < 0.7 * noisy[:, :40].std()
    assert smooth[:, 48].mean() - smooth[:, 47].mean() > 110


def test_recompression_leaves_blocks_of_both() -> None:
    """The second time is told and does further harm."""
    picture = drawn_picture(3, side=96)
    once = Options(compression_chance=1, jpeg_quality=(40, 40))
    twice = Options(compression_chance=1, jpeg_quality=(40, 40), recompression_chance=1)
    (one, _), (two, said) = (
        Degradation(options, 1).trace(picture, np.random.default_rng(5)) for options in (once, twice)
    )
    assert said == ["JPEG 40 4:2:0"] * 2
    assert not np.array_equal(one, two)
