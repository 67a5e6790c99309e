"""Makes page.png: a page of small print with a logo, as it looks on a screen. Takes Pillow: `python small_print.py FOLDER`."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 440, 312
INK, SOFT, GREEN, PAPER = (28, 36, 34), (88, 99, 96), (11, 106, 98), (255, 255, 255)
SERIF, BOLD, ITALIC = "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif-Italic.ttf"
SANS = "DejaVuSans.ttf"

TERMS = """This kettle is guaranteed for two years from the day on which it was bought. Keep the receipt: without it we cannot help. The \
guarantee covers faults of material and of making. It does not cover chalk, dents, or what happens to a kettle that was heated without \
water in it. Bring it back to the shop, clean and dry, with all its parts. We mend it, or give you another one, within 14 days."""
CARE = """Rinse before first use. Fill to the mark, never above. Once a month boil 0.5 l of water with 2 spoons of vinegar, let it stand \
for 20 minutes, and rinse twice. Do not put the base into water."""
ROWS = [("Volume", "1.7 l"), ("Power", "1850–2200 W"), ("Voltage", "230 V ~ 50 Hz"), ("Weight", "0.96 kg"), ("Cable", "0.75 m")]


def wrapped(pen, text, font, width):
    """Break a text into lines that fit."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if pen.textlength(longer, font) > width:
            yield line
            longer = word
        line = longer
    yield line


def logo(pen, x, y):
    """Draw a kettle in a ring, at four times the size."""
    pen.ellipse((x, y, x + 208, y + 208), GREEN)
    pen.ellipse((x + 12, y + 12, x + 196, y + 196), outline=PAPER, width=5)
    pen.chord((x + 56, y + 62, x + 148, y + 178), 20, 160, PAPER)
    pen.polygon([(x + 62, y + 82), (x + 142, y + 82), (x + 152, y + 142), (x + 52, y + 142)], PAPER)
    pen.polygon([(x + 144, y + 128), (x + 182, y + 84), (x + 170, y + 82), (x + 136, y + 106)], PAPER)
    pen.arc((x + 34, y + 84, x + 84, y + 144), 90, 270, PAPER, 9)
    pen.rectangle((x + 70, y + 70, x + 134, y + 77), PAPER)
    pen.ellipse((x + 95, y + 52, x + 109, y + 68), PAPER)
    for shift in (0, 22):
        pen.arc((x + 84 + shift, y + 24, x + 96 + shift, y + 40), 90, 270, PAPER, 4)


def main(folder):
    large = Image.new("RGB", (4 * WIDTH, 4 * HEIGHT), PAPER)
    pen = ImageDraw.Draw(large)
    logo(pen, 64, 48)
    pen.text((312, 44), "FERNHILL", GREEN, ImageFont.truetype(BOLD, 116))
    page = large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(page)

    def font(face, size):
        return ImageFont.truetype(face, size)

    def paragraph(x, y, width, text, face, size, colour=INK):
        for line in wrapped(pen, text, font(face, size), width):
            pen.text((x, y), line, colour, font(face, size), anchor="ls")
            y += round(size * 1.38)
        return y

    pen.text((79, 58), "Kettles and lamps since 1911", SOFT, font(ITALIC, 11), anchor="ls")
    pen.line((16, 74, WIDTH - 16, 74), GREEN)
    pen.text((16, 94), "Guarantee and care", INK, font(BOLD, 13), anchor="ls")
    y = paragraph(16, 112, 262, TERMS, SERIF, 9)
    pen.text((16, y + 9), "Before you use it", INK, font(BOLD, 10), anchor="ls")
    y = paragraph(16, y + 24, 262, CARE, SANS, 8)
    pen.text((16, y + 10), "Read this page with a lens, or enlarge it.", SOFT, font(ITALIC, 8), anchor="ls")

    pen.rounded_rectangle((292, 84, WIDTH - 16, 208), 5, (238, 244, 242), GREEN)
    pen.text((301, 101), "Model K-17", GREEN, font(BOLD, 10), anchor="ls")
    for index, (name, value) in enumerate(ROWS):
        at = 118 + 18 * index
        pen.line((301, at + 5, WIDTH - 25, at + 5), (203, 219, 214))
        pen.text((301, at), name, SOFT, font(SANS, 8), anchor="ls")
        pen.text((WIDTH - 25, at), value, INK, font(SANS, 8), anchor="rs")
    code = "10110011010111001011010011100101101001011100110101101"
    for index, bar in enumerate(code):
        if bar == "1":
            pen.rectangle((302 + 2 * index, 222, 303 + 2 * index, 250), INK)
    pen.text((355, 261), "4 017 110 319 116", INK, font("DejaVuSansMono.ttf", 8), anchor="ms")
    pen.text((292, 284), "fernhill.example · Mill Lane 4", SOFT, font(SANS, 7), anchor="ls")
    pen.text((292, 295), "Printed on paper from old cups", SOFT, font(SANS, 7), anchor="ls")
    page.quantize(64, dither=Image.Dither.NONE).save(folder / "page.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
