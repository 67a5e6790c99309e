"""What only measuring needs: versions of packages, and a clear sentence where one is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib import metadata

PINNED = {"basicsr": "basicsr==1.4.2 --no-deps --no-build-isolation"}


def version(package: str) -> str | None:
    """Return the version of an installed package, or of the program tesseract; None where it is missing."""
    if package == "tesseract":
        if shutil.which("tesseract") is None:
            return None
        done = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True)
        found = re.search(r"tesseract v?(\S+)", done.stdout + done.stderr)
        return found[1] if found else "of unknown version"
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def require(package: str, purpose: str) -> None:
    """Raise ValueError, with what to install, where a package that `purpose` needs is missing."""
    if version(package) is None:
        way = (
            "install tesseract-ocr with its English data"
            if package == "tesseract"
            else f"python -m pip install {PINNED.get(package, package)}"
        )
        raise ValueError(f"{purpose} needs {package}: {way}")
