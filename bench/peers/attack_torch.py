"""
Feature attack images as the original makes them: Auto-PGD on the L2 ball around grey in eager
PyTorch, every step a forward and a backward pass and one more forward pass for its log.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from serve import Ready, serve

WARM_UP_STEPS = 2
DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}


def load(arguments: argparse.Namespace) -> Ready:
    import torch
    from inputs import triple
    from resnet50 import ResNet50
    from torch import Tensor, nn

    torch.set_num_threads(arguments.threads)
    net = ResNet50()
    net.load_state_dict(torch.load(arguments.weights, weights_only=True))
    net = net.eval().to(getattr(torch, DTYPES[arguments.dtype]))
    mean, std = triple(arguments.mean), triple(arguments.std)
    weight = net.fc.weight[0].float()
    head, net.fc = net.fc, nn.Identity()
    rows = directions(arguments.components, len(weight))

    def objective(x: Tensor) -> Tensor:
        """x [L, 3, H, W] -> <1, v_l> <w * phi(x_l), v_l>: [L]"""
        phi = net(((x - mean) / std).to(head.weight.dtype)).float()
        return rows.sum(1) * (weight * phi * rows).sum(1)

    size = arguments.size
    grey = torch.full((arguments.components, 3, size, size), 0.5)

    def run(steps: int = arguments.steps) -> int:
        auto_pgd(objective, grey, arguments.eps, steps)
        return steps

    run(WARM_UP_STEPS)
    with torch.no_grad():
        answer = objective(grey)
    return Ready(
        version=f"torch {torch.__version__}",
        warm_up=f"{WARM_UP_STEPS} steps",
        run=run,
        answer=answer.tolist(),
    )


def directions(count: int, d: int):
    """Row l: every count-th feature from l on, in equal parts: [count, d]"""
    import torch

    rows = torch.zeros(count, d)
    for row in range(count):
        rows[row, row::count] = 1 / len(rows[row, row::count]) ** 0.5
    return rows


def auto_pgd(objective: Callable, grey, eps: float, steps: int):
    """Maximises from a random start; returns the best images and the log [steps + 1, L]."""
    import torch

    def unit(x):
        return x / (x.flatten(1).norm(dim=1) + 1e-12).view(-1, 1, 1, 1)

    def project(x):
        norm = (x - grey).flatten(1).norm(dim=1).view(-1, 1, 1, 1)
        return (grey + unit(x - grey) * norm.clamp(max=eps)).clamp(0, 1)

    def value_and_gradient(x):
        x = x.detach().requires_grad_()
        value = objective(x)
        (gradient,) = torch.autograd.grad(value.sum(), x)
        return value.detach(), gradient

    x = (grey + eps * unit(torch.randn_like(grey))).clamp(0, 1)
    with torch.no_grad():
        log = [objective(grey)]
    value, gradient = value_and_gradient(x)
    best, best_value, best_gradient = x.clone(), value.clone(), gradient.clone()
    previous = x.clone()
    step = torch.full((len(x), 1, 1, 1), 2.0 * eps)
    interval, counter = max(int(0.22 * steps), 1), 0
    shrink, smallest = max(int(0.03 * steps), 1), max(int(0.06 * steps), 1)
    reduced = torch.ones(len(x), dtype=torch.bool)
    checked, values = best_value.clone(), torch.zeros(steps, len(x))
    for i in range(steps):
        momentum, previous = x - previous, x.clone()
        share = 0.75 if i > 0 else 1.0
        z = project(x + step * unit(gradient))
        x = project(x + share * (z - x) + (1 - share) * momentum)
        value, gradient = value_and_gradient(x)
        values[i] = value
        better = value > best_value
        best[better], best_gradient[better] = x[better], gradient[better]
        best_value = torch.where(better, value, best_value)
        counter += 1
        if counter == interval:
            rises = sum((values[i - j] > values[i - j - 1]).float() for j in range(interval))
            stuck = ~reduced & (best_value <= checked)
            reduced = (rises <= 0.75 * interval) | stuck
            checked = best_value.clone()
            step[reduced] /= 2
            x[reduced], gradient[reduced] = best[reduced].clone(), best_gradient[reduced].clone()
            interval, counter = max(interval - shrink, smallest), 0
        with torch.no_grad():
            log.append(objective(x))
    return best, torch.stack(log)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    for name in ("components", "steps", "size", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--eps", type=float, required=True)
    parser.add_argument("--mean", required=True)
    parser.add_argument("--std", required=True)
    parser.add_argument("--dtype", choices=tuple(DTYPES), required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()
