"""ncnn as a peer, from floats to floats in the CPU's memory."""

from __future__ import annotations

import argparse
import ctypes
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from . import ncnn_files
from .layers import read_layers
from .turns import Peer, UnavailableError, planes_of, read_ppm, take_turns

if TYPE_CHECKING:
    import ncnn

OPTION_BYTES = 128
"""No more than the size of ncnn's `Option`."""


def without_cooperative_matrices(option: ncnn.Option) -> None:
    """Turn off `use_cooperative_matrix`, which ncnn has but does not offer to Python.

    WebGPU has no such instructions, and the comparison is of kernels that both could have. In ncnn's
    `option.h` the option stands behind two others that are true and before `use_winograd23_convolution`,
    which Python can set and so find. Raises UnavailableError when memory does not look like that.
    """
    # In CPython an object begins with its count and its type, and pybind11 puts the pointer to the C++
    # object next.
    address = ctypes.c_void_p.from_address(id(option) + object.__basicsize__).value
    before = ctypes.string_at(address, OPTION_BYTES)
    option.use_winograd23_convolution = not option.use_winograd23_convolution
    after = ctypes.string_at(address, OPTION_BYTES)
    option.use_winograd23_convolution = not option.use_winograd23_convolution
    changed = [place for place in range(OPTION_BYTES) if before[place] != after[place]]
    if len(changed) != 1 or before[changed[0] - 3 : changed[0]] != bytes([1, 1, 1]):
        raise UnavailableError("cooperative matrices cannot be turned off in this version of ncnn")
    ctypes.c_ubyte.from_address(address + changed[0] - 1).value = 0


def prepare(options: argparse.Namespace) -> Peer:
    """Load the network for a device."""
    import ncnn

    net = ncnn.Net()
    net.opt.num_threads = options.threads
    adapter = f"{options.threads} threads"
    if options.device == "vulkan":
        if ncnn.get_gpu_count() == 0:
            raise UnavailableError("ncnn finds no Vulkan device")
        net.opt.use_vulkan_compute = True
        without_cooperative_matrices(net.opt)
        adapter = ncnn.get_gpu_info(ncnn.get_default_gpu_index()).device_name()
    if options.precision == "fp32":
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    with tempfile.TemporaryDirectory() as folder:
        param, weights = Path(folder, "model.param"), Path(folder, "model.bin")
        ncnn_files.write(read_layers(options.weights), param, weights)
        if net.load_param(str(param)) != 0 or net.load_model(str(weights)) != 0:
            raise RuntimeError("ncnn does not read the files that were written for it")
    # A Mat only points to the array that it is made from, so that must live until it is cloned.
    small = planes_of(read_ppm(options.picture))
    picture = ncnn.Mat(small).clone()

    def run() -> ncnn.Mat:
        extractor = net.create_extractor()
        extractor.input("picture", picture)
        status, enlarged = extractor.extract("enlarged")
        if status != 0:
            raise RuntimeError(f"ncnn failed with {status}")
        return enlarged

    def planes(enlarged: ncnn.Mat) -> NDArray[np.float32]:
        return np.array(enlarged)

    return Peer(f"ncnn {ncnn.__version__}", adapter, run, planes)


if __name__ == "__main__":
    take_turns(["vulkan", "cpu"], ["fp16", "fp32"], prepare)
