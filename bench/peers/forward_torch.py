"""Forward passes in PyTorch: as written (eager) or compiled with frozen weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from serve import Ready, serve

WARM_UP = 3
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def load(arguments: argparse.Namespace) -> Ready:
    import torch
    from inputs import normalized_batch
    from resnet50 import ResNet50

    torch.set_num_threads(arguments.threads)
    dtype = getattr(torch, DTYPES[arguments.dtype])
    net = ResNet50()
    net.load_state_dict(torch.load(arguments.weights, weights_only=True))
    net = net.eval().to(dtype)
    images = normalized_batch(
        arguments.pixels, arguments.batch, arguments.size, arguments.mean, arguments.std
    ).to(dtype)
    if arguments.mode == "eager-nhwc":
        net = net.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    if arguments.mode == "compile":
        import torch._inductor.config as inductor

        inductor.freezing = True
        net = torch.compile(net)

    # Freezing needs no_grad; it takes no part under inference_mode.
    @torch.no_grad()
    def run() -> int:
        for _ in range(arguments.passes):
            net(images)
        return arguments.passes * arguments.batch

    with torch.no_grad():
        for _ in range(WARM_UP):
            logits = net(images)
    return Ready(
        version=f"torch {torch.__version__}",
        warm_up=f"{WARM_UP} passes",
        run=run,
        answer=logits[0].float().tolist(),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", choices=("eager", "eager-nhwc", "compile"), required=True)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pixels", type=Path, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--mean", required=True)
    parser.add_argument("--std", required=True)
    parser.add_argument("--passes", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dtype", choices=tuple(DTYPES), required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()
