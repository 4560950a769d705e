"""Grad-CAM of alpha by the library pytorch-grad-cam, whose rules this program's maps follow."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from types import ModuleType

from serve import Ready, serve


def import_library() -> ModuleType:
    """The library. It imports torchvision but calls none of its compiled operators, which a
    torchvision built for another torch cannot register."""
    sys.modules.setdefault(
        "torchvision._meta_registrations", ModuleType("torchvision._meta_registrations")
    )
    import pytorch_grad_cam

    return pytorch_grad_cam


def load(arguments: argparse.Namespace) -> Ready:
    pytorch_grad_cam = import_library()
    import torch
    from attack_torch import directions
    from inputs import normalized_batch
    from resnet50 import ResNet50
    from torch import Tensor, nn

    torch.set_num_threads(arguments.threads)
    net = ResNet50()
    net.load_state_dict(torch.load(arguments.weights, weights_only=True))
    net = net.eval()
    weight = net.fc.weight[0].detach()
    net.fc = nn.Identity()
    rows = directions(arguments.components, len(weight))
    images = normalized_batch(
        arguments.pixels, arguments.batch, arguments.size, arguments.mean, arguments.std
    )

    class Alpha:
        """<1, v_l> * <w * phi, v_l> of one image's features."""

        def __init__(self, row: Tensor) -> None:
            self.slope = row.sum() * row * weight

        def __call__(self, features: Tensor) -> Tensor:
            return (self.slope * features).sum()

    def maps(row: Tensor):
        with pytorch_grad_cam.GradCAM(model=net, target_layers=[net.blocks[-1]]) as cam:
            return cam(input_tensor=images, targets=[Alpha(row)] * len(images))

    first = [maps(row)[0].mean() for row in rows]

    def run() -> int:
        for row in rows:
            maps(row)
        return len(rows) * len(images)

    return Ready(
        version=f"torch {torch.__version__}, {version_of_library()}",
        warm_up="one map of every component and image",
        run=run,
        answer=[float(value) for value in first],
    )


def version_of_library() -> str:
    from importlib.metadata import version

    return f"grad-cam {version('grad-cam')}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pixels", type=Path, required=True)
    for name in ("components", "batch", "size", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--mean", required=True)
    parser.add_argument("--std", required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()
