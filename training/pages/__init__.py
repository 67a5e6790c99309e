"""Synthetic pages of text, screens, charts, codes, line art and logos to train networks for graphics from."""

from .fonts import Fonts, find_fonts
from .page import Page, draw_page, draw_print

__all__ = ["Fonts", "Page", "draw_page", "draw_print", "find_fonts"]
