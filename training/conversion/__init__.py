"""Turning model files of other inference programs, ncnn and ONNX, into safetensors files."""

from .convert import convert

__all__ = ["convert"]
