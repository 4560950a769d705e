"""
Makes the model that a benchmark runs on every side.

    make_model.py --to DIR [--seed 0] [--size 224]    a ResNet50: model.pt, weights.pt, model.json
    make_model.py --to DIR --from MODEL.pt --size N   model.json of a TorchScript file
    make_model.py --to DIR --onnx                     model.onnx of what is in DIR
"""

from __future__ import annotations

import argparse
import json
import os
import warnings
from pathlib import Path
from typing import Any

from serve import guarded, say

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
OPSET = 17


def make_resnet50(to: Path, seed: int, size: int) -> None:
    import torch
    from resnet50 import seeded_resnet50

    net = seeded_resnet50(seed, size)
    torch.save(net.state_dict(), to / "weights.pt")
    metadata = {
        "schema": "spurious-native/model/1",
        "name": f"ResNet50, random weights of seed {seed}",
        "inputSize": size,
        "normalization": "outside",
        "mean": MEAN,
        "std": STD,
        "classMap": "imagenet1k",
    }
    traced = torch.jit.trace(net, torch.randn(2, 3, size, size))
    extra = {"spurious_native.json": json.dumps(metadata)}
    torch.jit.save(traced, str(to / "model.pt"), _extra_files=extra)
    write_facts(to, net, size, {"kind": "resnet50", "model": "model.pt"})


def describe_model(to: Path, source: Path, size: int) -> None:
    import torch

    net = torch.jit.load(str(source), map_location="cpu").eval()
    write_facts(to, net, size, {"kind": "torchscript", "model": str(source.resolve())})


def write_facts(to: Path, net: Any, size: int, facts: dict[str, Any]) -> None:
    """model.json: where the model is and how many operations one picture takes."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        net(torch.zeros(1, 3, size, size))
    facts |= {"size": size, "flopsPerImage": counter.get_total_flops(), "torch": torch.__version__}
    (to / "model.json").write_text(json.dumps(facts, indent=2) + "\n")


def export_onnx(to: Path) -> None:
    import onnx  # noqa: F401  (the exporter needs it, and says so less plainly)
    import torch

    warnings.simplefilter("ignore")
    facts = json.loads((to / "model.json").read_text())
    net = torch.jit.load(str(to / facts["model"]), map_location="cpu").eval()
    images = torch.randn(2, 3, facts["size"], facts["size"])
    temporary = to / f"model.onnx.{os.getpid()}.tmp"
    torch.onnx.export(
        net,
        (images,),
        str(temporary),
        dynamo=False,
        input_names=["images"],
        output_names=["logits"],
        dynamic_axes={"images": {0: "count"}, "logits": {0: "count"}},
        opset_version=OPSET,
    )
    temporary.rename(to / "model.onnx")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--onnx", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=224)
    arguments = parser.parse_args()
    if arguments.onnx:
        export_onnx(arguments.to)
    elif arguments.source is not None:
        describe_model(arguments.to, arguments.source, arguments.size)
    else:
        make_resnet50(arguments.to, arguments.seed, arguments.size)
    say(ready={"version": "", "warmUp": ""})


if __name__ == "__main__":
    guarded(main)
