"""Makes photo.jpg and worn.jpg: a still life, traced path by path. Takes numpy and Pillow:
`python still_life.py photo FOLDER`, and the same with `worn`.

Lengths are decimetres; x goes right, y up, z towards the camera. A ray is an origin and a direction, arrays (N, 3); a hit is
a distance (N,), a normal (N, 3) and the number of a surface.
"""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

RNG = np.random.default_rng(17)
FAR = 1e6
LATTICE = RNG.random((64, 64, 64), dtype=np.float32)
TABLE, WALL, PEEL, LEMON, LABEL, LID, GLAZE, CLOTH = range(8)
ORANGES = np.array([[0.95, 1.02, 0.35], [1.95, 1.05, 0.2], [1.42, 1.1, -0.55], [1.5, 1.85, 0.05], [-2.35, 0.62, 1.25]])
ORANGE_RADIUS = np.array([0.62, 0.6, 0.64, 0.6, 0.62])
LEMON_AT, LEMON_SIZE = np.array([-0.35, 0.45, 1.75]), np.array([0.66, 0.45, 0.45])
JAR_AT, JAR_RADIUS, JAR_HEIGHT, LID_HEIGHT = np.array([-0.95, 0.0, -0.15]), 0.92, 2.15, 0.34
BOWL_AT, BOWL_OUTER, BOWL_INNER = np.array([1.45, 1.5, 0.0]), 1.55, 1.46
WINDOW_AT, WINDOW_SIZE = np.array([-6.5, 4.6, 2.2]), np.array([2.6, 3.4])  # in the plane x, towards z and y


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def noise(p):
    """Smooth noise of points (N, 3), from 0 to 1, one period for each 64 units."""
    cell = np.floor(p).astype(int)
    f = p - cell
    f = f * f * (3 - 2 * f)
    total = 0
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(corner, f, 1 - f), axis=-1)
        total = total + weight * LATTICE[tuple(((cell + corner) % 64).T)]
    return total


def clouds(p, octaves=4):
    return sum(noise(p * 2.0**n + 7.3 * n) / 2.0 ** (n + 1) for n in range(octaves))


def slope(p, size):
    """How the noise rises at points, for bumps."""
    at = noise(p)
    return np.stack([noise(p + size * axis) - at for axis in np.eye(3)], -1) / size


def print_label():
    """The paper around the jar, 2048 pixels for its whole round."""
    image = Image.new("RGB", (2048, 640), (243, 232, 205))
    pen = ImageDraw.Draw(image)

    def write(x, y, text, size, colour, face="DejaVuSerif-Bold.ttf"):
        pen.text((x, y), text, colour, ImageFont.truetype(face, size), anchor="mm")

    pen.rectangle((0, 0, 2048, 46), (176, 70, 24))
    pen.rectangle((0, 594, 2048, 640), (176, 70, 24))
    for left in range(0, 2048, 16):
        pen.line((left, 58, left + 8, 58), (176, 70, 24), 4)
        pen.line((left, 582, left + 8, 582), (176, 70, 24), 4)
    for x in (512, 1536):
        write(x, 130, "SEVILLE", 62, (44, 62, 52))
        write(x, 235, "Marmalade", 116, (176, 70, 24))
        pen.ellipse((x - 75, 315, x + 75, 465), (236, 140, 36), (176, 70, 24), 6)
        for turn in np.arange(0, np.pi, np.pi / 4):
            dx, dy = 62 * np.cos(turn), 62 * np.sin(turn)
            pen.line((x - dx, 390 - dy, x + dx, 390 + dy), (243, 232, 205), 5)
        write(x - 210, 390, "No. 17", 50, (44, 62, 52))
        write(x + 210, 390, "340 g", 50, (44, 62, 52))
        write(x, 505, "cooked by hand in small copper pans", 38, (44, 62, 52), "DejaVuSerif-Italic.ttf")
        write(x, 552, "ORANGES · SUGAR · LEMON · NOTHING ELSE", 26, (44, 62, 52), "DejaVuSans.ttf")
    for index, line in enumerate(["Open with care.", "Keep in a cool place,", "eat within six weeks,", "and share with friends."]):
        write(1024, 220 + 62 * index, line, 44, (44, 62, 52), "DejaVuSerif-Italic.ttf")
    return (np.asarray(image, np.float32) / 255) ** 2.2


PAPER = print_label()


def sphere_hits(o, d, centre, size=1.0):
    """The two distances to an ellipsoid, far where it is missed."""
    o, d = (o - centre) / size, d / size
    a, b, c = (d * d).sum(-1), (o * d).sum(-1), (o * o).sum(-1) - 1
    root = b * b - a * c
    side = np.sqrt(np.maximum(root, 0))
    return [np.where(root > 0, (-b + sign * side) / a, FAR) for sign in (-1, 1)]


def trace(o, d):
    """The nearest hits of rays: distance, point, normal towards the ray, surface."""
    nearest, normal, what = np.full(len(o), FAR), np.zeros_like(o), np.full(len(o), -1)

    def take(t, normals, surface, valid=True):
        closer = valid & (t > 1e-3) & (t < nearest)
        nearest[closer], what[closer] = t[closer], surface
        normal[closer] = normals(o[closer] + t[closer, None] * d[closer])

    def flat(axis, at):
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (at - o[:, axis]) / d[:, axis]
        return np.where(np.isfinite(t), t, FAR)

    def at(t):
        return o + np.minimum(t, FAR)[:, None] * d

    take(flat(1, 0.0), lambda p: np.tile([0.0, 1, 0], (len(p), 1)), TABLE)
    cloth = flat(1, 0.03)
    p = at(cloth)
    edge = 0.05 * np.sin(p[:, 0] * 5) + 0.04 * np.sin(p[:, 2] * 7)
    turned = np.abs(0.93 * (p[:, 0] - 1.1) - 0.36 * (p[:, 2] - 0.6)), np.abs(0.36 * (p[:, 0] - 1.1) + 0.93 * (p[:, 2] - 0.6))
    take(cloth, lambda p: np.tile([0.0, 1, 0], (len(p), 1)), CLOTH, (turned[0] < 2.5 + edge) & (turned[1] < 2.2 + edge))
    take(flat(2, -4.5), lambda p: np.tile([0.0, 0, 1], (len(p), 1)), WALL)
    for centre, radius in zip(ORANGES, ORANGE_RADIUS, strict=True):
        size = radius * np.array([1, 0.94, 1])
        take(sphere_hits(o, d, centre, size)[0], lambda p, c=centre, s=size: unit((p - c) / s**2), PEEL)
    take(sphere_hits(o, d, LEMON_AT, LEMON_SIZE)[0], lambda p: unit((p - LEMON_AT) / LEMON_SIZE**2), LEMON)
    for radius, low, high, surface in (
        (JAR_RADIUS, 0.0, JAR_HEIGHT, LABEL),
        (JAR_RADIUS * 1.03, JAR_HEIGHT + 0.06, JAR_HEIGHT + 0.06 + LID_HEIGHT, LID),
    ):
        q, w = (o - JAR_AT)[:, ::2], d[:, ::2]
        a, b, c = (w * w).sum(-1) + 1e-12, (q * w).sum(-1), (q * q).sum(-1) - radius**2
        root = b * b - a * c
        t = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, FAR)
        y = at(t)[:, 1]
        take(t, lambda p: unit((p - JAR_AT) * [1, 0, 1]), surface, (y > low) & (y < high))
        top = flat(1, high)
        p = at(top) - JAR_AT
        take(top, lambda p: np.tile([0.0, 1, 0], (len(p), 1)), LID, (p[:, 0] ** 2 + p[:, 2] ** 2) < radius**2)
    for radius, sign in ((BOWL_OUTER, 1), (BOWL_INNER, -1)):
        for t in sphere_hits(o, d, BOWL_AT, radius * np.array([1, 0.95, 1])):
            y = at(t)[:, 1]
            take(t, lambda p, s=sign: s * unit(p - BOWL_AT), GLAZE, (y < BOWL_AT[1]) & (y > 0.04))
    rim = flat(1, BOWL_AT[1])
    p = at(rim) - BOWL_AT
    across = np.hypot(p[:, 0], p[:, 2])
    take(rim, lambda p: np.tile([0.0, 1, 0], (len(p), 1)), GLAZE, (across < BOWL_OUTER) & (across > BOWL_INNER))
    return nearest, o + nearest[:, None] * d, np.where((normal * d).sum(-1, keepdims=True) > 0, -normal, normal), what


def surface(p, n, what):
    """Colour (N, 3), bumped normal, share of mirrored light seen from the front and roughness of it, at points."""
    colour, bumped = np.zeros_like(p), n.copy()
    gloss, rough = np.zeros(len(p)), np.full(len(p), 0.3)

    is_ = what == TABLE
    q = p[is_]
    plank = np.floor(q[:, 2] / 1.3)
    grain = clouds(np.stack([q[:, 0] * 0.7 + plank * 9.1, plank * 5.7, q[:, 2] * 11], -1), 5)
    rings = 0.5 + 0.5 * np.sin(38 * clouds(np.stack([q[:, 0] * 0.22 + plank * 3.3, plank, q[:, 2] * 1.1], -1), 3))
    tone = 0.45 * grain + 0.25 * rings + 0.16 * np.sin(plank * 12.9)
    seam = np.abs(q[:, 2] / 1.15 - np.round(q[:, 2] / 1.15)) < 0.012
    colour[is_] = np.array([0.16, 0.075, 0.03]) + tone[:, None] * np.array([0.4, 0.22, 0.105])
    colour[is_] *= np.where(seam, 0.25, 1)[:, None]
    gloss[is_], rough[is_] = 0.035, 0.16 + 0.2 * grain

    is_ = what == WALL
    q = p[is_] / 1.3
    off = np.abs(q[:, :2] - np.round(q[:, :2])).min(-1)
    shade = 0.86 + 0.22 * np.modf(np.abs(np.sin(np.floor(q[:, 0] + 0.5) * 12.99 + np.floor(q[:, 1] + 0.5) * 78.2)) * 43.7)[0]
    colour[is_] = np.where(off[:, None] < 0.022, [0.5, 0.48, 0.44], shade[:, None] * np.array([0.2, 0.33, 0.31]))
    gloss[is_], rough[is_] = 0.04, 0.12

    for kind, base, size, depth in ((PEEL, (0.86, 0.27, 0.02), 19, 0.05), (LEMON, (0.87, 0.66, 0.06), 15, 0.045)):
        is_ = what == kind
        q = p[is_]
        patches = clouds(q * 2.3)[:, None]
        colour[is_] = np.array(base) * (0.72 + 0.5 * patches) * (0.86 + 0.22 * noise(q * size)[:, None])
        bumped[is_] = unit(n[is_] - depth * slope(q * size, 0.3))
        gloss[is_], rough[is_] = 0.045, 0.13

    is_ = what == LABEL
    q = p[is_] - JAR_AT
    round_ = (np.arctan2(q[:, 0], q[:, 2]) / (2 * np.pi) + 0.25 + 0.035) % 1
    height = (q[:, 1] - 0.2) / (JAR_HEIGHT - 0.4)
    on_paper = (height > 0) & (height < 1)
    rows = ((1 - np.clip(height, 0, 1)) * (PAPER.shape[0] - 1)).astype(int)
    paper = PAPER[rows, (round_ * (PAPER.shape[1] - 1)).astype(int)] * (0.9 + 0.16 * clouds(q * 30)[:, None])
    jam = np.array([0.42, 0.1, 0.012]) * (0.5 + clouds(q * 6)[:, None])
    colour[is_] = np.where(on_paper[:, None], paper * 0.82, jam)
    gloss[is_] = np.where(on_paper, 0.012, 0.08)
    rough[is_] = np.where(on_paper, 0.4, 0.03)

    is_ = what == LID
    q = p[is_] - JAR_AT
    ridges = np.sin(np.arctan2(q[:, 0], q[:, 2]) * 90) * (n[is_][:, 1] < 0.5)
    colour[is_] = np.array([0.5, 0.33, 0.1])
    bumped[is_] = unit(n[is_] + 0.22 * ridges[:, None] * np.stack([n[is_][:, 2], 0 * ridges, -n[is_][:, 0]], -1))
    gloss[is_], rough[is_] = 0.45, 0.2

    is_ = what == GLAZE
    q = p[is_] - BOWL_AT
    turn = np.arctan2(q[:, 0], q[:, 2])
    outside = np.hypot(np.hypot(q[:, 0], q[:, 2]), q[:, 1] / 0.95) > (BOWL_OUTER + BOWL_INNER) / 2
    stripe = (np.abs(q[:, 1] + 0.22) < 0.035) | (np.abs(q[:, 1] + 0.78) < 0.035)
    wave = np.abs(q[:, 1] + 0.5 + 0.13 * np.sin(turn * 16)) < 0.045
    dots = np.hypot((turn * 16 / np.pi + 0.5) % 1 - 0.5, (q[:, 1] + 0.5) * 3.2) < 0.14
    painted = outside & (stripe | wave | dots)
    colour[is_] = np.where(painted[:, None], [0.025, 0.06, 0.24], [0.74, 0.72, 0.67]) * (0.94 + 0.1 * clouds(q * 4)[:, None])
    gloss[is_], rough[is_] = 0.05, 0.04

    is_ = what == CLOTH
    q = p[is_]
    u, v = 0.93 * q[:, 0] - 0.36 * q[:, 2], 0.36 * q[:, 0] + 0.93 * q[:, 2]
    dark = (np.floor(u * 3.6) % 2 + np.floor(v * 3.6) % 2) / 2
    thread = 0.5 + 0.5 * np.sin(u * 150) * np.sin(v * 150)
    colour[is_] = (np.array([0.8, 0.78, 0.74]) * (1 - dark)[:, None] + np.array([0.36, 0.04, 0.05]) * dark[:, None]) * (
        0.8 + 0.25 * thread[:, None]
    )
    fold = np.stack([q[:, 0] * 0.9, 0 * q[:, 0], q[:, 2] * 0.5], -1)
    bumped[is_] = unit(n[is_] - 0.5 * slope(fold, 0.1) * [1, 0, 1])
    return colour, bumped, gloss, rough


def window(o, d, light):
    """The light that comes straight from the window, which has bars, and dimly from the room."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (WINDOW_AT[0] - o[:, 0]) / d[:, 0]
    y, z = o[:, 1] + t * d[:, 1] - WINDOW_AT[1], o[:, 2] + t * d[:, 2] - WINDOW_AT[2]
    inside = (t > 0) & (np.abs(z) < WINDOW_SIZE[0] / 2) & (np.abs(y) < WINDOW_SIZE[1] / 2)
    inside &= (np.abs(z) > 0.07) & (np.abs(y - 0.4) > 0.07)
    room = np.array([0.16, 0.14, 0.12]) * (0.5 + 0.5 * np.clip(d[:, 1], -1, 1))[:, None]
    return np.where(inside[:, None], light, room)


def scattered(n):
    """Directions around normals, as many as a dull surface sends there."""
    return unit(n + unit(RNG.standard_normal(n.shape)) * 0.999)


def radiance(o, d, light, bounces=3):
    """The light that comes along rays backwards, (N, 3)."""
    total, share = np.zeros_like(o), np.ones_like(o)
    alive, is_mirrored = np.arange(len(o)), np.ones(len(o), bool)
    for bounce in range(bounces + 1):
        _, p, n, what = trace(o, d)
        missed = what < 0
        seen = window(o, d, light)
        # A dull surface has been lit by the window already.
        seen = np.where(is_mirrored[:, None], seen, np.minimum(seen, 0.2))
        total[alive[missed]] += share[missed] * seen[missed]
        if bounce == bounces:
            break
        hit = ~missed
        alive, share, d, p, n, what = alive[hit], share[hit], d[hit], p[hit], n[hit], what[hit]
        if len(alive) == 0:
            break
        colour, n, gloss, rough = surface(p, n, what)
        facing = np.clip(-(d * n).sum(-1), 0, 1)
        mirrored = RNG.random(len(p)) < gloss + (1 - gloss) * (1 - facing) ** 5 * (rough < 0.3)
        goal = WINDOW_AT + np.stack(
            [np.zeros(len(p)), *(size * (RNG.random(len(p)) - 0.5) for size in WINDOW_SIZE[::-1])], -1
        )
        way = goal - p
        far = np.linalg.norm(way, axis=-1)
        way /= far[:, None]
        clear = trace(p + 1e-3 * n, way)[0] > far
        lit = window(p, way, light) * (clear * np.clip((way * n).sum(-1), 0, 1) * np.clip(-way[:, 0], 0, 1))[:, None]
        lit *= (WINDOW_SIZE.prod() / (np.pi * far**2))[:, None]
        dull = ~mirrored
        total[alive[dull]] += (share * colour * lit)[dull]
        reflected = unit(d - 2 * (d * n).sum(-1, keepdims=True) * n + rough[:, None] ** 1.5 * RNG.standard_normal(n.shape))
        tint = np.where((what == LID)[:, None], colour * 1.6, 1)
        share = share * np.where(mirrored[:, None], tint, colour)
        d = np.where(mirrored[:, None], reflected, scattered(n))
        o, is_mirrored = p + 1e-3 * n, mirrored
    return total


def without_specks(picture):
    """The same, but for pixels far brighter than all but one of those around: paths that met the window by chance."""
    around = [np.roll(picture, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]
    around = np.sort(np.stack(around), 0)
    return np.where(picture > 1.15 * around[-2] + 0.01, around[4], picture)


def photograph(size, eye, goal, width, light, samples, exposure, lens=0.05):
    """A picture of `size`, as a camera takes it: RGB bytes. The width is that of what is seen at the goal, which is sharp."""
    across, down = size
    forward = unit(goal - eye)
    right = unit(np.cross(forward, [0, 1, 0]))
    up = np.cross(right, forward)
    sharp = np.linalg.norm(goal - eye)
    x, y = np.meshgrid(np.arange(across), np.arange(down))
    x, y = x.ravel(), y.ravel()
    total = np.zeros((across * down, 3))
    for _ in range(samples):
        u = ((x + RNG.random(len(x))) / across - 0.5) * width
        v = ((y + RNG.random(len(x))) / down - 0.5) * width * down / across
        point = eye + sharp * forward + u[:, None] * right - v[:, None] * up
        angle, radius = 2 * np.pi * RNG.random(len(x)), lens * np.sqrt(RNG.random(len(x)))
        start = eye + (radius * np.cos(angle))[:, None] * right + (radius * np.sin(angle))[:, None] * up
        # Single bright paths would stay as specks.
        total += np.minimum(radiance(start, unit(point - start), light), 6)
    seen = exposure * without_specks(total.reshape(down, across, 3) / samples)
    corner = np.hypot((x / across - 0.5), (y / down - 0.5)).reshape(down, across, 1)
    seen *= 1 - 0.45 * corner**2
    seen = seen * (2.51 * seen + 0.03) / (seen * (2.43 * seen + 0.59) + 0.14)  # as film answers to light
    seen = np.clip(seen, 0, 1) ** (1 / 2.2)
    seen += RNG.standard_normal(seen.shape) * 0.010 + RNG.standard_normal((down, across, 1)) * 0.012  # grain
    return Image.fromarray((255 * np.clip(seen, 0, 1) + 0.5).astype(np.uint8))


def worn(image):
    """The same after years of being sent around: shrunk, and saved again and again."""
    for size, quality in ((300, 50), (280, 38), (280, 55)):
        image = image.resize((size, round(size * image.height / image.width)), Image.Resampling.BILINEAR)
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling=2)
        image = Image.open(file).convert("RGB")
    return file.getvalue()


def photo(folder):
    """In daylight."""
    light = np.array([17.0, 16.0, 14.6])
    image = photograph((480, 336), np.array([0.3, 3.6, 8.2]), np.array([0.15, 1.12, 0.55]), 6.4, light, 72, 1.3)
    image.save(folder / "photo.jpg", quality=88, subsampling=0, optimize=True)


def worn_photo(folder):
    """By lamplight and from another side."""
    light = np.array([21.0, 13.5, 6.8])
    image = photograph((320, 240), np.array([-3.6, 2.5, 6.4]), np.array([-0.85, 1.15, 0.6]), 4.3, light, 14, 1.1, 0.07)
    (folder / "worn.jpg").write_bytes(worn(image))


if __name__ == "__main__":
    {"photo": photo, "worn": worn_photo}[sys.argv[1]](Path(sys.argv[2]))
