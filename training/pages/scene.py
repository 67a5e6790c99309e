"""A drawing in LR pixels, recorded once and rendered at LR or HR size."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image

from .colours import Colour, Scheme
from .fonts import Face, Fonts

Points = Sequence[tuple[float, float]]
EDGING = skia.Font.Edging


@dataclass(frozen=True)
class Box:
    """A rectangle in LR pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the right border."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Return the lower border."""
        return self.top + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle, x before y."""
        return self.left + self.width / 2, self.top + self.height / 2

    def inset(self, by: float) -> Box:
        """Return the box smaller by `by` on each side, larger if it is negative."""
        return Box(self.left + by, self.top + by, max(self.width - 2 * by, 1), max(self.height - 2 * by, 1))

    def rect(self) -> skia.Rect:
        """Return it for Skia."""
        return skia.Rect.MakeXYWH(self.left, self.top, self.width, self.height)


@dataclass(frozen=True)
class Rendering:
    """How a screen draws: edging, hinting, glyphs at quarters of a pixel or whole ones, smooth shapes."""

    edging: EDGING = EDGING.kAntiAlias
    hinting: skia.FontHinting = skia.FontHinting.kNone
    subpixel: bool = True
    smooth: bool = True

    def font(self, face: Face, size: float) -> skia.Font:
        """Return the font of a size in pixels, set up so."""
        font = skia.Font(face.typeface, size)
        font.setEdging(self.edging)
        font.setHinting(self.hinting)
        font.setSubpixel(self.subpixel)
        font.setLinearMetrics(self.subpixel)
        font.setEmbeddedBitmaps(False)
        return font


EXACT = Rendering()
"""For the HR picture: antialiased true outlines."""

Operation = Callable[[skia.Canvas, Rendering, int], object]


def fill(colour: Colour, opacity: float = 1) -> skia.Paint:
    """Return a paint that fills."""
    return skia.Paint(Color=skia.Color(*colour, round(opacity * 255)))


def stroke(colour: Colour, width: float, *, round_ends: bool = False) -> skia.Paint:
    """Return a paint that draws lines of a width in LR pixels."""
    paint = skia.Paint(Color=skia.Color(*colour), Style=skia.Paint.kStroke_Style, StrokeWidth=width)
    if round_ends:
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
    return paint


class Scene:
    """What is on a page, and what drawing functions need to add to it."""

    def __init__(
        self, rng: np.random.Generator, fonts: Fonts, scheme: Scheme, rendering: Rendering | None, scale: int
    ) -> None:
        """Start empty; `rendering` is how the LR picture will be drawn, None if it will not."""
        self.rng, self.fonts, self.scheme, self.scale = rng, fonts, scheme, scale
        self.rendering = rendering or EXACT
        self.aligned = rendering is not None
        """Whether text must stand where the LR screen can put it."""
        self.turns = 0
        self.operations: list[Operation] = []

    def path(self, path: skia.Path, paint: skia.Paint) -> None:
        """Add a path."""

        def draw(canvas: skia.Canvas, rendering: Rendering, _: int) -> None:
            paint.setAntiAlias(rendering.smooth)
            canvas.drawPath(path, paint)

        self.operations.append(draw)

    def clipped_path(self, outline: skia.Path, path: skia.Path, paint: skia.Paint) -> None:
        """Add what of a path is inside an outline."""
        self.operations.append(lambda canvas, how, _: (canvas.save(), canvas.clipPath(outline, how.smooth)))
        self.path(path, paint)
        self.operations.append(lambda canvas, *_: canvas.restore())

    def rect(self, box: Box, paint: skia.Paint, radius: float = 0) -> None:
        """Add a rectangle, its corners rounded by `radius`."""
        self.path(
            skia.Path.RRect(box.rect(), radius, radius) if radius else skia.Path.Rect(box.rect()), paint
        )

    def frame(self, box: Box, colour: Colour, width: float = 1, radius: float = 0) -> None:
        """Add a border inside a box."""
        self.rect(box.inset(width / 2), stroke(colour, width), radius)

    def lines(self, points: Points, paint: skia.Paint, *, closed: bool = False) -> None:
        """Add straight lines from point to point."""
        self.path(skia.Path.Polygon([skia.Point(x, y) for x, y in points], closed), paint)

    def oval(self, box: Box, paint: skia.Paint) -> None:
        """Add an ellipse."""
        self.path(skia.Path.Oval(box.rect()), paint)

    def picture(self, box: Box, pixels: NDArray[np.uint8]) -> None:
        """Add a picture (box.height * scale, box.width * scale, 3) to a box of whole LR pixels."""
        large = Image.fromarray(pixels).convert("RGBA")
        images = {
            factor: skia.Image.fromarray(np.asarray(image), colorType=skia.kRGBA_8888_ColorType)
            for factor, image in ((self.scale, large), (1, large.reduce(self.scale)))
        }
        sampling = skia.SamplingOptions(skia.FilterMode.kLinear)

        def draw(canvas: skia.Canvas, _: Rendering, factor: int) -> None:
            canvas.drawImageRect(images[factor], box.rect(), sampling)

        self.operations.append(draw)

    def glyphs(
        self, face: Face, size: float, glyphs: list[int], xs: Sequence[float], y: float, colour: Colour
    ) -> None:
        """Add glyphs of a size in LR pixels, each at its x on the baseline y."""
        paint = fill(colour)
        turned = self.turns > 0

        def draw(canvas: skia.Canvas, rendering: Rendering, _: int) -> None:
            font = rendering.font(face, size)
            font.setSubpixel(rendering.subpixel or turned)
            builder = skia.TextBlobBuilder()
            builder.allocRunPos(font, glyphs, [skia.Point(x, y) for x in xs])
            canvas.drawTextBlob(builder.make(), 0, 0, paint)

        if glyphs:
            self.operations.append(draw)

    @contextlib.contextmanager
    def clipped(self, box: Box) -> Iterator[None]:
        """Show nothing outside the box of what is added within."""
        self.operations.append(lambda canvas, *_: (canvas.save(), canvas.clipRect(box.rect())))
        yield
        self.operations.append(lambda canvas, *_: canvas.restore())

    @contextlib.contextmanager
    def turned(self, degrees: float, centre: tuple[float, float]) -> Iterator[None]:
        """Turn what is added within clockwise about a point."""
        self.operations.append(lambda canvas, *_: (canvas.save(), canvas.rotate(degrees, *centre)))
        self.turns += 1
        yield
        self.turns -= 1
        self.operations.append(lambda canvas, *_: canvas.restore())

    @contextlib.contextmanager
    def coloured(self, scheme: Scheme) -> Iterator[None]:
        """Draw with another scheme within."""
        outer, self.scheme = self.scheme, scheme
        yield
        self.scheme = outer

    def render(self, size: int, factor: int, rendering: Rendering) -> NDArray[np.uint8]:
        """Return RGB (size * factor, size * factor, 3); `factor` is 1 or the scene's scale."""
        side = size * factor
        surface = skia.Surface(side, side, skia.SurfaceProps(0, skia.PixelGeometry.kRGB_H_PixelGeometry))
        with surface as canvas:
            # A known opaque ground; without one Skia would not draw text with LCD edging.
            canvas.clear(skia.Color(*self.scheme.paper))
            canvas.scale(factor, factor)
            for operation in self.operations:
                operation(canvas, rendering, factor)
        return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[:, :, :3].copy()
