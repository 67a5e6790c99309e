"""Draws the icons of the installed page from its favicon: python www/icons/icons.py CHROMIUM (needs Pillow)."""

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parent
PAPER = "#f6f4f0"
# A system may cut away all but the inner 80 percent of a maskable icon.
ICONS = [("icon-192", 192, 0.86), ("icon-512", 512, 0.86), ("maskable-512", 512, 0.58), ("touch-180", 180, 0.72)]


def draw(chromium: str, name: str, size: int, share: float) -> None:
    """Writes `name`.png of `size` pixels a side, of which the favicon takes a share."""
    background = "transparent" if name.startswith("icon") else PAPER
    corner = 0 if background == PAPER else size * 0.2
    svg = (FOLDER.parent / "favicon.svg").read_text()
    page = f"""<style>html, body {{ margin: 0; background: {background} }}
        div {{ box-sizing: border-box; width: {size}px; height: {size}px; display: grid; place-items: center;
               background: {PAPER}; border-radius: {corner}px }}
        svg {{ width: {share:.0%}; height: {share:.0%} }}</style><div>{svg}</div>"""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "icon.html"), Path(folder, "icon.png")
        source.write_text(page)
        flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--default-background-color=00000000"]
        # The window is larger than the icon, because a headless one has a least size.
        shot = [f"--screenshot={target}", "--window-size=800,800", "--blink-settings=preferredColorScheme=1"]
        subprocess.run([chromium, *flags, *shot, source.as_uri()], check=True, stderr=subprocess.DEVNULL)
        with Image.open(target) as image:
            icon = image.convert("RGBA").crop((0, 0, size, size))
        icon.quantize(64, Image.Quantize.FASTOCTREE).save(FOLDER / f"{name}.png", optimize=True)


for icon in ICONS:
    draw(sys.argv[1], *icon)
