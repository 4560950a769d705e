"""
The arithmetic limit: the fastest matrix product that any library at hand reaches on this machine,
counted in pictures of a given number of operations.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

from serve import Ready, serve

SIZES = (1024, 2048, 3072, 4096)
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
TRIALS = 3
SECONDS_PER_RUN = 1.5

Product = Callable[[], object]


def products(n: int, dtype_name: str) -> Iterator[tuple[str, Product]]:
    """Every way to multiply two matrices [n, n] of seeded numbers."""
    import torch

    torch.manual_seed(0)
    dtype = getattr(torch, DTYPES[dtype_name])
    a, b = torch.randn(n, n).to(dtype), torch.randn(n, n).to(dtype)
    out = torch.empty(n, n, dtype=dtype)
    yield "torch.mm", lambda: torch.mm(a, b, out=out)
    # oneDNN multiplies matrices in 1x1 convolutions: n positions, n channels in, n channels out.
    channels_last = torch.channels_last
    positions = a.view(1, n // 32, 32, n).permute(0, 3, 1, 2)
    weight = b.view(n, n, 1, 1).contiguous(memory_format=channels_last)
    yield "oneDNN", lambda: torch.nn.functional.conv2d(positions, weight)
    if dtype_name == "fp32":
        try:
            import numpy
        except ModuleNotFoundError:
            return
        x, y, z = a.numpy(), b.numpy(), out.numpy()
        yield "numpy", lambda: numpy.matmul(x, y, out=z)


def fastest_time(product: Product) -> float:
    product()
    times = []
    for _ in range(TRIALS):
        begun = time.perf_counter()
        product()
        times.append(time.perf_counter() - begun)
    return min(times)


def load(arguments: argparse.Namespace) -> Ready:
    import torch

    torch.set_num_threads(arguments.threads)
    torch.set_grad_enabled(False)
    tried = [
        (n**3 / seconds, n, name, product, seconds)
        for n in SIZES
        for name, product in products(n, arguments.dtype)
        for seconds in (fastest_time(product),)
    ]
    _, n, name, product, seconds = max(tried, key=lambda trial: trial[0])
    count = max(1, round(SECONDS_PER_RUN / seconds))

    def run() -> float:
        for _ in range(count):
            product()
        return count * 2 * n**3 / arguments.flops

    return Ready(
        version=f"torch {torch.__version__}",
        warm_up=f"{len(tried)} kinds of product; the fastest is {name} of {n} x {n}",
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
