"""Kinds of degradation: options that suit what a network is to be used on."""

from __future__ import annotations

from .options import Options

PROGRAMS = ("area", "bicubic", "bilinear", "lanczos")

# Antialiased bicubic shrinking as MATLAB does it, and nothing else: what published figures assume.
CLEAN = Options()

# What well-kept photographs on the web have been through.
MILD = Options(
    blur_chance=0.4,
    blur_kernels=("isotropic", "anisotropic"),
    blur_sigma=(0.2, 1.6),
    filters=PROGRAMS,
    noise_chance=0.35,
    poisson_share=0.5,
    gaussian_sigma=(0.5, 5.0),
    poisson_strength=(0.05, 0.4),
    sharpen_chance=0.15,
    sharpen_amount=(0.2, 0.6),
    compression_chance=0.85,
    webp_share=0.25,
    jpeg_quality=(50, 95),
    webp_quality=(50, 95),
    chroma=("4:4:4", "4:2:2", "4:2:0", "4:2:0"),
)

# Pictures passed on many times: the second-order degradation of Real-ESRGAN (Wang et al., 2021).
STRONG = Options(
    blur_chance=1.0,
    blur_kernels=("isotropic",) * 4 + ("anisotropic",) * 3 + ("generalised", "plateau", "sinc"),
    filters=(*PROGRAMS, "bilinear-aliased", "bicubic-aliased"),
    noise_chance=1.0,
    final_sinc_chance=0.8,
    compression_chance=1.0,
    webp_share=0.1,
    chroma=("4:4:4", "4:2:2", "4:2:0", "4:2:0"),
    two_rounds_chance=1.0,
)

# Pages and screens, drawn sharp: shrunk by programs, seldom blurred or noisy, compressed more often than not.
TEXT = Options(
    blur_chance=0.2,
    blur_kernels=("isotropic", "anisotropic"),
    blur_sigma=(0.2, 1.2),
    filters=PROGRAMS,
    noise_chance=0.2,
    gaussian_sigma=(0.5, 4.0),
    poisson_strength=(0.05, 0.3),
    sharpen_chance=0.15,
    compression_chance=0.7,
    webp_share=0.3,
    jpeg_quality=(40, 95),
    webp_quality=(40, 95),
    chroma=("4:4:4", "4:2:2", "4:2:0", "4:2:0"),
)

# The fixed set that photo models are measured on (`measured.py`). At scale 4, Lanczos enlargement of it
# scores 26.5 dB PSNR-Y and 0.68 SSIM on Kodak24.
MEASURED = Options(
    blur_chance=0.4,
    blur_kernels=("isotropic",),
    blur_sigma=(0.4, 1.6),
    filters=("area", "matlab-bicubic"),
    noise_chance=1.0,
    poisson_share=0.0,
    gaussian_sigma=(0.0, 1.5),
    grey_noise_chance=0.5,
    compression_chance=1.0,
    jpeg_quality=(50, 91),
    chroma=("4:4:4", "4:2:0"),
)

KINDS = {"clean": CLEAN, "mild": MILD, "strong": STRONG, "text": TEXT, "measured": MEASURED}
