"""
The spurious score the way the original computes it: Pillow in a DataLoader, an eager forward pass in
float32, softmax, average precision. One whole process; prints its rate without start-up and without
its first two batches.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from serve import guarded, say

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def average_precision(positives: list[float], negatives: list[float]) -> float:
    """Step integral over the precision-recall curve, ties grouped."""
    scored = sorted([(p, 1) for p in positives] + [(p, 0) for p in negatives], reverse=True)
    total = hits = seen = 0
    precision_sum = 0.0
    while seen < len(scored):
        value = scored[seen][0]
        group = [hit for p, hit in scored[seen:] if p == value]
        seen += len(group)
        hits += sum(group)
        precision_sum += sum(group) * hits / seen
        total += sum(group)
    return precision_sum / total


class Clock:
    """Counts pictures against time, once `warm_up` of them have gone by."""

    def __init__(self, warm_up: int) -> None:
        self.left = warm_up
        self.items = 0
        self.begun = self.last = time.perf_counter()

    def add(self, count: int) -> None:
        self.last = time.perf_counter()
        if self.left > 0:
            self.left -= count
            self.begun = self.last
        else:
            self.items += count

    @property
    def seconds(self) -> float:
        return self.last - self.begun


def run(arguments: argparse.Namespace) -> None:
    import numpy
    import torch
    from pictures import list_pictures, prepare_spurious, prepare_val, read_rgb
    from resnet50 import ResNet50
    from torch import Tensor, nn
    from torch.utils.data import DataLoader, Dataset

    class Pictures(Dataset[Any]):
        def __init__(self, files: list[Path], prepare: Any) -> None:
            self.files = files
            self.prepare = prepare

        def __len__(self) -> int:
            return len(self.files)

        def __getitem__(self, index: int) -> Tensor:
            image = self.prepare(read_rgb(self.files[index]), arguments.size)
            pixels = torch.from_numpy(numpy.array(image, dtype=numpy.uint8))
            return pixels.permute(2, 0, 1).contiguous().float().div(255)

    class Normalized(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner
            self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
            self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            return self.inner((x - self.mean) / self.std)

    clock = Clock(2 * arguments.batch)

    def probabilities(net: nn.Module, files: list[Path], prepare: Any, target: int) -> list[float]:
        loader = DataLoader(
            Pictures(files, prepare), batch_size=arguments.batch, num_workers=arguments.workers
        )
        found: list[float] = []
        with torch.no_grad():
            for images in loader:
                found += torch.softmax(net(images), 1)[:, target].tolist()
                clock.add(len(images))
        return found

    torch.set_num_threads(arguments.threads)
    resnet = ResNet50()
    resnet.load_state_dict(torch.load(arguments.weights, weights_only=True))
    net = Normalized(resnet).eval()

    scores = []
    for folder in sorted((arguments.data / "images").iterdir()):
        target = int(folder.name.split("_")[2])
        val_folder = arguments.data / "val" / f"{target:03d}"
        val = probabilities(net, list_pictures(val_folder), prepare_val, target)
        spurious = probabilities(net, list_pictures(folder), prepare_spurious, target)
        scores.append(average_precision(val, spurious))
    version = f"torch {torch.__version__}, {arguments.workers} loader processes"
    say(ready={"version": version, "warmUp": "", "answer": scores})
    say(run={"items": clock.items, "seconds": clock.seconds})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="holds images/ and val/")
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()
    guarded(lambda: run(arguments))


if __name__ == "__main__":
    main()
