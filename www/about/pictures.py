"""Makes the pictures of this page out of two samples, with Lenslet itself.

    cargo build --release --bin lenslet && python pictures.py

It takes Python with Pillow.
"""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
COMMAND = HERE.parents[1] / "target/release/lenslet"
SCALE = 4


def enlarged(picture: Image.Image, model: str) -> Image.Image:
    """The picture, SCALE times as large by the model."""
    with TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.png", Path(folder) / "large.png"
        picture.save(small)
        call = [COMMAND, "upscale", small, "-o", large, "--model", model, "--scale", str(SCALE), "--backend", "cpu"]
        subprocess.run(call, check=True)
        return Image.open(large).convert(picture.mode)


label = Image.open(SAMPLES / "photo.jpg").crop((96, 96, 176, 156))
for model in ("nearest", "bicubic", "photo"):
    enlarged(label, model).save(HERE / f"label-{model}.jpg", quality=88)

text = Image.open(SAMPLES / "page.png").convert("L").crop((8, 100, 168, 144))
small = text.resize((80, 22), Image.Resampling.LANCZOS)
for model in ("bicubic", "text"):
    enlarged(small, model).save(HERE / f"print-{model}.png", optimize=True)
text.resize((320, 88), Image.Resampling.LANCZOS).save(HERE / "print-before.png", optimize=True)
