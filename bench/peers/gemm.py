"""
The arithmetic limit: the fastest matrix product that PyTorch reaches on this machine, counted in
pictures of a given number of operations.
"""

from __future__ import annotations

import argparse
import time

from serve import Ready, serve

SIZES = (1024, 2048, 3072, 4096)
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
TRIALS = 3
SECONDS_PER_RUN = 1.5


def load(arguments: argparse.Namespace) -> Ready:
    import torch

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    dtype = getattr(torch, DTYPES[arguments.dtype])

    def pair(n: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
        return a, b, torch.empty(n, n, dtype=dtype)

    def seconds(n: int) -> float:
        a, b, out = pair(n)
        torch.mm(a, b, out=out)
        times = []
        for _ in range(TRIALS):
            begun = time.perf_counter()
            torch.mm(a, b, out=out)
            times.append(time.perf_counter() - begun)
        return min(times)

    fastest = {n: seconds(n) for n in SIZES}
    best = max(SIZES, key=lambda n: n**3 / fastest[n])
    a, b, out = pair(best)
    products = max(1, round(SECONDS_PER_RUN / fastest[best]))

    def run() -> float:
        for _ in range(products):
            torch.mm(a, b, out=out)
        return products * 2 * best**3 / arguments.flops

    return Ready(
        version=f"torch {torch.__version__}",
        warm_up=f"{TRIALS + 1} products of each of {len(SIZES)} sizes; the fastest size is {best}",
        run=run,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flops", type=float, required=True, help="operations of one picture")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--dtype", choices=tuple(DTYPES), required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()
