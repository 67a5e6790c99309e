"""The fonts that pages are set in: found by fontconfig or below a folder, and sorted."""

from __future__ import annotations

import re
import string
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import skia

SUFFIXES = {".ttf", ".otf", ".ttc"}

EVALUATION = (
    "Liberation Sans",
    "Carlito",
    "DejaVu Serif",
    "Caladea",
    "Hack",
    "Liberation Mono",
)
"""Families never trained on, so that reading is measured on letters a network has not seen."""

KIN = ("Arimo", "Liberation Sans Narrow", "Lato", "Cousine", "DejaVu Sans Mono")
"""Families with the same outlines as one of `EVALUATION` or nearly so; neither trained on nor measured on."""

ICONS = ("FontAwesome", "Font Awesome", "Material Design Icons", "Material Icons")

# Families that have Latin letters only as a courtesy, or for formulas, not to set text in.
UNSUITABLE = re.compile(
    r"Noto (?!Sans$|Serif$|Mono$|Sans Mono|Sans Display|Serif Display)"
    r"|Math|Symbol|D050000L|Initials|Keyboard|STIX[A-Z]|Tamil"
)

ALPHABETS = {
    "latin": string.ascii_letters + string.digits + ".,:;!?'\"()[]{}<>/\\|@#$%&*+-=_",
    "accented": "äöüßéèêçñóåøłżščřœÄÖÉ",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЖ",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωάέίόςΑΒΓΔ",
}


@dataclass(frozen=True, eq=False)
class Face:
    """One font file: a family in one weight and slope."""

    typeface: skia.Typeface
    family: str
    monospaced: bool
    bold: bool
    italic: bool
    scripts: frozenset[str]
    """Which of `ALPHABETS` it has in full."""


class Fonts:
    """Faces grouped by family, so that a family of twenty weights is not picked twenty times as often."""

    def __init__(self, faces: list[Face], icons: list[Face]) -> None:
        """Take faces with Latin letters, and faces of icons, which may be none."""
        self.icons = icons
        self.families: dict[str, list[Face]] = defaultdict(list)
        for face in faces:
            self.families[face.family].append(face)

    def pick(
        self,
        rng: np.random.Generator,
        *,
        monospaced: bool | None = None,
        script: str = "latin",
        bold: bool | None = None,
        italic: bool | None = None,
    ) -> Face:
        """Return a face of a random family that meets the wishes; those for weight and slope may go unmet."""
        fitting = [
            [f for f in faces if script in f.scripts and monospaced in (None, f.monospaced)]
            for faces in self.families.values()
        ]
        fitting = [faces for faces in fitting if faces] or list(self.families.values())
        faces = fitting[rng.integers(len(fitting))]
        exact = [f for f in faces if bold in (None, f.bold) and italic in (None, f.italic)]
        faces = exact or faces
        return faces[rng.integers(len(faces))]

    def bold(self, face: Face) -> Face:
        """Return an upright bold face of the same family and scripts, or the face itself if there is none."""
        for other in self.families[face.family]:
            if other.bold and not other.italic and other.scripts >= face.scripts:
                return other
        return face


def font_files(folder: Path | None) -> list[Path]:
    """Return the font files below a folder, or else those that fontconfig knows, in a fixed order."""
    if folder is not None:
        if not folder.is_dir():
            raise ValueError(f"{folder} is not a folder")
        files = list(folder.rglob("*"))
    else:
        try:
            listed = subprocess.run(
                ["fc-list", "--format=%{file}\n"], capture_output=True, text=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            raise ValueError(
                f"fontconfig's fc-list cannot be run ({error}); name a folder of fonts"
            ) from error
        files = [Path(line) for line in listed.stdout.splitlines()]
    return sorted({file for file in files if file.suffix.lower() in SUFFIXES})


def has_all(typeface: skia.Typeface, letters: str) -> bool:
    """Tell whether the typeface has a glyph for each of the letters."""
    return all(typeface.unicharsToGlyphs([ord(letter) for letter in letters]))


def read_face(typeface: skia.Typeface) -> Face:
    """Return what there is to know of a typeface."""
    style = typeface.fontStyle()
    # Files do not always tell that they are monospaced.
    narrow, wide = skia.Font(typeface, 1000).getWidths(typeface.unicharsToGlyphs([ord("i"), ord("W")]))
    return Face(
        typeface=typeface,
        # Latin Modern has families of up to five words for what are weights and widths.
        family=" ".join(typeface.getFamilyName().split()[:3]),
        monospaced=narrow == wide,
        bold=style.weight() >= 600,
        italic=style.slant() != skia.FontStyle.Slant.kUpright_Slant,
        scripts=frozenset(name for name, letters in ALPHABETS.items() if has_all(typeface, letters)),
    )


def find_fonts(folder: Path | None = None, evaluation: bool = False) -> Fonts:
    """Return the usable fonts below a folder, or of the system.

    With `evaluation` these are the families of `EVALUATION`, else all but those and their `KIN`.
    Raises ValueError when there is not one with Latin letters.
    """
    text: dict[tuple[object, ...], Face] = {}
    icons: dict[str, Face] = {}
    for file in font_files(folder):
        typeface = skia.Typeface.MakeFromFile(str(file))
        # Hairlines vanish at the sizes of text.
        if typeface is None or typeface.fontStyle().weight() < 300:
            continue
        face = read_face(typeface)
        if face.family.startswith(ICONS):
            icons.setdefault(face.family, face)
        elif "latin" in face.scripts and not UNSUITABLE.search(face.family):
            chosen = face.family in EVALUATION if evaluation else face.family not in (*EVALUATION, *KIN)
            style = typeface.fontStyle()
            key = (face.family, style.weight(), style.width(), face.italic)
            if chosen:
                # The same font may be installed twice, as TrueType and as OpenType.
                text.setdefault(key, face)
    if not text:
        raise ValueError(
            f"there is no font with Latin letters {f'below {folder}' if folder else 'on this system'}"
        )
    return Fonts(list(text.values()), list(icons.values()))
