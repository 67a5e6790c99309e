"""PyTorch as a peer: on the CPU from floats to floats, with CUDA from bytes to bytes in the CPU's memory."""

from __future__ import annotations

import argparse

from .turns import Peer, UnavailableError, planes_of, read_ppm, take_turns


def prepare(options: argparse.Namespace) -> Peer:
    """Load the network for a device."""
    import torch
    from safetensors.torch import load_file

    from training.networks.compact import compact_from_tensors

    torch.set_num_threads(options.threads)
    network = compact_from_tensors(load_file(options.weights)).eval()
    network = network.to(memory_format=torch.channels_last)
    picture = read_ppm(options.picture)
    version = f"PyTorch {torch.__version__}"
    if options.device == "cpu":
        small = torch.from_numpy(planes_of(picture))[None].contiguous(memory_format=torch.channels_last)

        @torch.inference_mode()
        def run() -> torch.Tensor:
            return network(small)

        return Peer(version, f"{options.threads} threads", run, lambda enlarged: enlarged[0].numpy())

    if not torch.cuda.is_available():
        raise UnavailableError("PyTorch finds no CUDA device")
    # The comparison is of f32 and f16 as they are; TF32 is neither.
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    kind = torch.float16 if options.precision == "fp16" else torch.float32
    network = network.to("cuda", kind)
    height, width = picture.shape[:2]
    scale = network.scale
    source = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].pin_memory()
    shape, layout = (1, 3, height * scale, width * scale), torch.channels_last
    result = torch.empty(shape, dtype=torch.uint8, pin_memory=True, memory_format=layout)

    @torch.inference_mode()
    def run_cuda() -> torch.Tensor:
        small = source.to("cuda", non_blocking=True).to(kind).div(255)
        enlarged = network(small.contiguous(memory_format=torch.channels_last))
        result.copy_(enlarged.clamp(0, 1).mul(255).add(0.5).to(torch.uint8), non_blocking=True)
        torch.cuda.synchronize()
        return result

    return Peer(version, torch.cuda.get_device_name(), run_cuda, lambda made: made[0].numpy() / 255)


if __name__ == "__main__":
    take_turns(["cpu", "cuda"], ["fp16", "fp32"], prepare)
