"""Every chance and range of the degradation, each an option of the command line too (`arguments.py`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, get_type_hints

from .fields import Chance, Names, Range, Span, WholeSpan
from .kernels import KERNELS
from .resizing import FILTERS

CHROMA = ("4:4:4", "4:2:2", "4:2:0")


@dataclass(frozen=True)
class Options:
    """What may happen to a picture, in the order in which it happens (`pipeline.py`).

    All chances are 0 at first, and the filter is MATLAB's, so that `Options()` is plain bicubic shrinking.
    The ranges at first are those of Real-ESRGAN (Wang et al., 2021), where it has them. Lengths are
    pixels of the picture as it then is, noise is in 255ths of the full range, and ranges are drawn from
    evenly where not said otherwise. Raises ValueError for a value that makes no sense.
    """

    blur_chance: Annotated[float, Chance("chance of blur before shrinking")] = 0.0
    blur_kernels: Annotated[tuple[str, ...], Names("shapes of that blur", KERNELS)] = KERNELS
    blur_sigma: Annotated[Span, Range("standard deviation of that blur, pixels", 0.05, 20)] = (0.2, 3.0)
    generalised_exponent: Annotated[
        Span, Range("exponent of generalised Gaussian blur, drawn by its logarithm", 0.1, 10)
    ] = (0.5, 4.0)
    plateau_exponent: Annotated[
        Span, Range("exponent of plateau-shaped blur, drawn by its logarithm", 0.1, 10)
    ] = (1.0, 2.0)
    sinc_cutoff: Annotated[Span, Range("cutoff of sinc filters, as a share of Nyquist's", 0.05, 1)] = (
        1 / 3,
        1.0,
    )
    sinc_radius: Annotated[WholeSpan, Range("radius of sinc filters, pixels", 1, 20, int)] = (3, 10)

    filters: Annotated[tuple[str, ...], Names("filters to resize by", FILTERS)] = ("matlab-bicubic",)
    resize: Annotated[
        Span,
        Range("sides after the first of two rounds, as a share of HR's, drawn by its logarithm", 0.05, 4),
    ] = (0.15, 1.5)

    noise_chance: Annotated[float, Chance("chance of noise after shrinking")] = 0.0
    poisson_share: Annotated[float, Chance("share of noise that is Poisson's; the rest is Gaussian")] = 0.5
    gaussian_sigma: Annotated[Span, Range("standard deviation of Gaussian noise, 255ths", 0, 255)] = (
        1.0,
        30.0,
    )
    poisson_strength: Annotated[
        Span, Range("deviation of Poisson noise, in square roots of the value in 255ths", 0, 16)
    ] = (0.05, 3.0)
    grey_noise_chance: Annotated[float, Chance("share of noise that is the same in R, G and B")] = 0.4

    chroma_noise_chance: Annotated[
        float, Chance("chance of blotches of colour, as wide as 2 to 4 pixels, besides that noise")
    ] = 0.0
    chroma_noise_sigma: Annotated[Span, Range("standard deviation of these blotches, 255ths", 0, 255)] = (
        1.0,
        8.0,
    )
    smear_chance: Annotated[
        float, Chance("chance that noise is smeared away as phones do it, by a bilateral filter")
    ] = 0.0
    smear_range: Annotated[
        Span, Range("differences that smearing takes for noise, standard deviation in 255ths", 1, 255)
    ] = (6.0, 30.0)

    final_sinc_chance: Annotated[float, Chance("chance of a sinc filter at the final size: ringing")] = 0.0
    sharpen_chance: Annotated[float, Chance("chance of an unsharp mask at the final size")] = 0.0
    sharpen_amount: Annotated[Span, Range("share of detail that sharpening adds", 0, 5)] = (0.2, 0.8)
    sharpen_sigma: Annotated[Span, Range("standard deviation of the unsharp mask, pixels", 0.1, 10)] = (
        0.5,
        1.5,
    )

    compression_chance: Annotated[float, Chance("chance of each lossy compression")] = 0.0
    webp_share: Annotated[float, Chance("share of compression that is WebP; the rest is JPEG")] = 0.0
    jpeg_quality: Annotated[WholeSpan, Range("quality of JPEG", 1, 100, int)] = (30, 95)
    webp_quality: Annotated[WholeSpan, Range("quality of WebP", 1, 100, int)] = (30, 95)
    chroma: Annotated[tuple[str, ...], Names("chroma subsampling of JPEG; WebP's is 4:2:0", CHROMA)] = (
        "4:2:0",
    )

    recompression_chance: Annotated[
        float, Chance("chance that a compressed picture is compressed again, its blocks elsewhere")
    ] = 0.0

    two_rounds_chance: Annotated[float, Chance("chance of two rounds, the first compressed too")] = 0.0
    second_blur_chance: Annotated[float, Chance("blur_chance in the second round")] = 0.8
    second_blur_sigma: Annotated[Span, Range("blur_sigma in the second round", 0.05, 20)] = (0.2, 1.5)
    second_resize: Annotated[
        Span, Range("sides after the second round, as a share of LR's, drawn by its logarithm", 0.05, 4)
    ] = (0.3, 1.2)
    second_noise_chance: Annotated[float, Chance("noise_chance in the second round")] = 1.0
    second_gaussian_sigma: Annotated[Span, Range("gaussian_sigma in the second round", 0, 255)] = (1.0, 25.0)
    second_poisson_strength: Annotated[Span, Range("poisson_strength in the second round", 0, 16)] = (
        0.05,
        2.5,
    )
    early_compression_chance: Annotated[
        float, Chance("chance that after two rounds compression comes before the final size, not after")
    ] = 0.5

    def __post_init__(self) -> None:
        """Check every value."""
        for name, about in all_about().items():
            about.check(name, getattr(self, name))

    def second_round(self) -> Options:
        """Return the options as they hold in the second round."""
        second = (name for name in all_about() if name.startswith("second_"))
        return replace(self, **{name.removeprefix("second_"): getattr(self, name) for name in second})


@cache
def all_about() -> dict[str, Chance | Range | Names]:
    """Return what each field of `Options` is about, by its name."""
    hints = get_type_hints(Options, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}
