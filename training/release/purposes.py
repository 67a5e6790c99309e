"""What models are for, by the words of `models/index.json`."""

from __future__ import annotations

PURPOSES = {
    "photo": "photographs as they are: compressed, a little noisy or blurred",
    "fidelity": "clean pictures, true to the original, with nothing invented",
    "text": "text, logos, screenshots and line art",
    "fast": "phones and machines without a graphics card",
    "history": "seeing how it began",
}
