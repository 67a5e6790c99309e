"""SSIMULACRA2 and NIQE, and what is said where their packages are missing."""

from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from training.data.pictures import Pair
from training.data.resize import imresize, shrink
from training.measure import packages
from training.measure.measurement import measure_pictures, ssimulacra2
from training.measure.methods import classical, original

from .conftest import drawn_picture


@pytest.fixture
def niqe() -> ModuleType:
    """Return the module, which needs SciPy."""
    pytest.importorskip("scipy")
    from training.measure import niqe

    return niqe


def cloudy(side: int) -> NDArray[np.uint8]:
    """Return a grey picture (side, side, 3) whose spectrum falls like a photograph's."""
    rng = np.random.default_rng(1)
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side)) + 1 / side
    plane = np.fft.ifft2(np.fft.fft2(rng.normal(size=(side, side))) / frequency).real
    plane = 128 + 40 * plane / plane.std()
    return np.repeat(np.clip(plane, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def test_ssimulacra2() -> None:
    """Identical pictures have 100; the more of it is missing, the less."""
    pytest.importorskip("ssimulacra2")
    picture = drawn_picture(1)
    coarse = [picture // step * step for step in (16, 64)]
    values = [ssimulacra2(picture, made) for made in (picture, *coarse)]
    assert values[0] == pytest.approx(100)
    assert values[0] > values[1] > values[2]


@pytest.mark.parametrize(("power", "shape"), [("normal", 2.0), ("laplace", 1.0)])
def test_fit_finds_the_shape(niqe: ModuleType, power: str, shape: float) -> None:
    """A normal distribution has shape 2, a Laplace distribution 1; a side wider by 3 is likelier by 3."""
    rng = np.random.default_rng(2)
    values = np.abs(getattr(rng, power)(size=200_000))
    found, left, right = niqe.fit(np.where(rng.random(200_000) < 0.75, 3 * values, -values))
    assert found == pytest.approx(shape, rel=0.02)
    assert right / left == pytest.approx(3, rel=0.02)


def test_features_of_flat_blocks_are_left_out(niqe: ModuleType) -> None:
    """As no distribution fits them."""
    assert np.isnan(niqe.features(np.zeros((96, 96)))).any()


def test_niqe_is_a_distance(niqe: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is nought to a picture's own statistics, and one step away where the spread is one both times."""
    picture = cloudy(192)
    found: list[NDArray[np.float64]] = []
    real = niqe.block_features

    def watched(plane: NDArray[np.float64], side: int) -> NDArray[np.float64]:
        found.append(real(plane, side))
        return found[-1]

    monkeypatch.setattr(niqe, "block_features", watched)
    monkeypatch.setattr(niqe, "pristine", lambda: (np.zeros(36), np.eye(36)))
    niqe.niqe(picture, 0)
    features = np.hstack(found)
    assert features.shape == (4, 36)
    mean, covariance = features.mean(axis=0), np.cov(features.T)
    away = np.eye(36)[3] * 2
    monkeypatch.setattr(niqe, "pristine", lambda: (mean + away, 2 * np.eye(36) - covariance))
    assert niqe.niqe(picture, 0) == pytest.approx(2)
    monkeypatch.setattr(niqe, "pristine", lambda: (mean, covariance))
    assert niqe.niqe(picture, 0) == pytest.approx(0, abs=1e-6)


def test_niqe_finds_blur_unnatural(niqe: ModuleType) -> None:
    """With the published statistics of photographs."""
    if packages.version("basicsr") is None:
        pytest.skip("needs the package basicsr")
    picture = cloudy(288)
    blurred = classical("bicubic").enlarge(Pair("", picture, shrink(picture, 4)))
    assert niqe.niqe(picture, 0) + 1 < niqe.niqe(blurred, 0)


def test_niqe_refuses_small_and_flat_pictures(niqe: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than give a figure that means nothing."""
    monkeypatch.setattr(niqe, "pristine", lambda: (np.zeros(36), np.eye(36)))
    with pytest.raises(ValueError, match="192"):
        niqe.niqe(np.zeros((200, 200, 3), np.uint8), 5)
    with pytest.raises(ValueError, match="flat"):
        niqe.niqe(np.zeros((200, 200, 3), np.uint8), 4)


def test_niqe_leaves_out_small_pictures(niqe: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean is over those that have one; without any, there is no figure."""
    monkeypatch.setattr(niqe, "niqe", lambda picture, border: 5.0)
    small, large = (Pair("", picture, picture) for picture in (drawn_picture(1), cloudy(200)))
    assert measure_pictures(original(), [small, large], 4, ["NIQE"]) == {"NIQE": 5.0}
    assert measure_pictures(original(), [small], 4, ["NIQE"]) == {}


def test_measures_are_means_over_pictures() -> None:
    """Of the figures for each, with the border cut as papers do."""
    pairs = [Pair("", drawn_picture(n), shrink(drawn_picture(n), 4)) for n in (1, 2)]
    single = [measure_pictures(classical("lanczos"), [pair], 4, ["PSNR-Y", "SSIM-Y"]) for pair in pairs]
    both = measure_pictures(classical("lanczos"), pairs, 4, ["PSNR-Y", "SSIM-Y"])
    assert both == {name: pytest.approx((single[0][name] + single[1][name]) / 2) for name in both}
    assert 15 < both["PSNR-Y"] < 40 and 0.3 < both["SSIM-Y"] < 1


@pytest.mark.parametrize("name", ["nearest", "bilinear", "bicubic", "lanczos"])
def test_classical_filters(name: str) -> None:
    """Each gives the large size and keeps a flat colour; bicubic is MATLAB's, the others are Pillow's."""
    flat = np.full((8, 8, 3), 200, np.uint8)
    assert (classical(name).enlarge(Pair("", flat.repeat(3, 0).repeat(3, 1), flat)) == 200).all()
    pair = Pair("", drawn_picture(1), shrink(drawn_picture(1), 4))
    made = classical(name).enlarge(pair)
    assert made.shape == pair.large.shape
    if name == "bicubic":
        expected = imresize(pair.small, 64, 64)
    else:
        filters = {"nearest": 0, "bilinear": 2, "lanczos": 1}
        expected = np.asarray(Image.fromarray(pair.small).resize((64, 64), Image.Resampling(filters[name])))
    assert (made == expected).all()


def test_unknown_filter() -> None:
    """It is named, with those there are."""
    with pytest.raises(ValueError, match=r"cubic is not one of nearest, .*lanczos"):
        classical("cubic")


def test_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What needs them says how to get them."""
    monkeypatch.setattr(packages, "version", lambda package: None)
    with pytest.raises(ValueError, match="SSIMULACRA2 needs ssimulacra2: python -m pip install ssimulacra2"):
        ssimulacra2(drawn_picture(1), drawn_picture(1))
    with pytest.raises(ValueError, match="text needs tesseract: install tesseract-ocr"):
        packages.require("tesseract", "text")


def test_versions() -> None:
    """Of what is installed, and None of what is not."""
    assert packages.version("numpy") == np.__version__
    assert packages.version("no-such-package-as-this") is None
