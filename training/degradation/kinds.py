"""Kinds of degradation: options that suit what a network is to be used on."""

from __future__ import annotations

from dataclasses import replace

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

# What people bring: from clean to the worst that can be repaired. Blurred, noisy, washed out by a phone,
# sharpened by a camera, compressed once or more on their way through chats and social networks.
WORN = Options(
    blur_chance=0.7,
    blur_kernels=("isotropic", "isotropic", "anisotropic", "generalised"),
    blur_sigma=(0.2, 2.5),
    filters=PROGRAMS,
    noise_chance=0.65,
    gaussian_sigma=(0.5, 10.0),
    poisson_strength=(0.05, 0.8),
    chroma_noise_chance=0.15,
    smear_chance=0.15,
    sharpen_chance=0.2,
    sharpen_amount=(0.2, 1.2),
    compression_chance=0.9,
    webp_share=0.2,
    jpeg_quality=(30, 95),
    webp_quality=(30, 95),
    chroma=("4:4:4", "4:2:2", "4:2:0", "4:2:0"),
    recompression_chance=0.15,
    two_rounds_chance=0.2,
    resize=(0.25, 0.6),
    second_blur_chance=0.3,
    second_blur_sigma=(0.2, 1.0),
    second_resize=(0.7, 1.3),
    second_noise_chance=0.3,
    second_gaussian_sigma=(0.5, 5.0),
    second_poisson_strength=(0.05, 0.4),
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

# The two halves of the fixed set that photo models are measured on (`measured.py`).
LIGHT = Options(
    blur_chance=1.0,
    blur_kernels=("isotropic",),
    blur_sigma=(0.4, 1.6),
    filters=("area", "matlab-bicubic"),
    noise_chance=1.0,
    poisson_share=0.0,
    gaussian_sigma=(0.0, 3.0),
    grey_noise_chance=0.5,
    compression_chance=1.0,
    jpeg_quality=(60, 95),
    chroma=("4:4:4", "4:2:0"),
)
HEAVY = replace(
    LIGHT,
    blur_sigma=(0.8, 2.4),
    gaussian_sigma=(2.0, 9.0),
    jpeg_quality=(35, 80),
    chroma=("4:2:0",),
    recompression_chance=0.5,
)

KINDS = {
    "clean": CLEAN,
    "mild": MILD,
    "worn": WORN,
    "strong": STRONG,
    "text": TEXT,
    "light": LIGHT,
    "heavy": HEAVY,
}
