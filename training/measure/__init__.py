"""Measuring enlarging methods on clean pictures, degraded photographs and text, and writing it down."""
