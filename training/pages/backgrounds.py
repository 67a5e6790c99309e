"""What pages are printed on: flat, gradient, texture or photograph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image

from .colours import Colour, mix, readable_on
from .scene import Box, Scene

Photos = Sequence[NDArray[np.uint8]]


def gradient_paint(box: Box, colours: Sequence[Colour], angle: float, radial: bool = False) -> skia.Paint:
    """Return a paint that runs through colours across a box, at an angle in radians or from its centre."""
    shades = [skia.Color(*colour) for colour in colours]
    x, y = box.centre
    reach = max(box.width, box.height) / 2
    if radial:
        shader = skia.GradientShader.MakeRadial(skia.Point(x, y), reach * 1.4, shades)
    else:
        dx, dy = reach * np.cos(angle), reach * np.sin(angle)
        shader = skia.GradientShader.MakeLinear(
            [skia.Point(x - dx, y - dy), skia.Point(x + dx, y + dy)], shades
        )
    return skia.Paint(Shader=shader)


def random_gradient(scene: Scene, box: Box, colours: Sequence[Colour]) -> skia.Paint:
    """Return a gradient of random direction."""
    return gradient_paint(box, colours, scene.rng.uniform(0, 2 * np.pi), scene.rng.random() < 0.25)


def draw_gradient(scene: Scene, box: Box) -> None:
    """Cover a box with a soft gradient that starts at the paper's colour."""
    rng, paper = scene.rng, scene.scheme.paper
    other = mix(paper, scene.scheme.accent(rng), rng.uniform(0.05, 0.35))
    if rng.random() < 0.5:
        # Away from the ink, so that the text stays readable.
        other = mix(paper, readable_on(scene.scheme.ink), rng.uniform(0.2, 0.8))
    scene.rect(box, random_gradient(scene, box, (paper, other)))


def texture(rng: np.random.Generator, side: int, paper: Colour) -> NDArray[np.uint8]:
    """Return (side, side, 3) of grain: noise of several sizes, stretched one way for wood or cloth."""
    values = np.zeros((side, side))
    stretch = int(rng.choice([1, 1, 4, 16]))
    for grain in (1, 2, 4, 8, 16, 64):
        small = rng.normal(size=(-(-side // grain), -(-side // (grain * stretch))))
        noise = Image.fromarray(small.astype(np.float32)).resize((side, side), Image.Resampling.BICUBIC)
        values += rng.random() ** 2 * np.asarray(noise)
    values *= rng.uniform(2, 14) / max(values.std(), 1e-6)
    return np.clip(values[:, :, None] + np.array(paper), 0, 255).astype(np.uint8)


def draw_texture(scene: Scene, box: Box) -> None:
    """Cover a square box with grain in the paper's colour."""
    scene.picture(box, texture(scene.rng, round(box.width * scene.scale), scene.scheme.paper))


def photo_piece(rng: np.random.Generator, photos: Photos, width: int, height: int) -> NDArray[np.uint8]:
    """Return a random piece (height, width, 3) of a random photo, enlarged first if it is too small."""
    photo = photos[rng.integers(len(photos))]
    if photo.shape[0] < height or photo.shape[1] < width:
        factor = max(height / photo.shape[0], width / photo.shape[1])
        sides = (max(width, round(photo.shape[1] * factor)), max(height, round(photo.shape[0] * factor)))
        photo = np.asarray(Image.fromarray(photo).resize(sides, Image.Resampling.BICUBIC))
    top = rng.integers(photo.shape[0] - height + 1)
    left = rng.integers(photo.shape[1] - width + 1)
    return photo[top : top + height, left : left + width]


def draw_photo(scene: Scene, box: Box, photos: Photos, veil: float = 0) -> None:
    """Cover a box of whole LR pixels with a piece of a photo, mixed with `veil` (0..1) of the paper."""
    sides = round(box.width * scene.scale), round(box.height * scene.scale)
    piece = photo_piece(scene.rng, photos, *sides)
    if veil:
        piece = np.round(piece + (np.array(scene.scheme.paper) - piece.astype(float)) * veil).astype(np.uint8)
    scene.picture(box, piece)
