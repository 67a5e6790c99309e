"""PyTorch definitions of the architectures that community files are of, under the names those files use."""

from .load import build

__all__ = ["build"]
