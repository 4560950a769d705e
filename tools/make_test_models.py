"""Writes test/fixtures/models: tiny TorchScript classifiers, what each must answer, broken files.

    python tools/make_test_models.py [--to test/fixtures/models]

Weights are random and seeded, so a second run writes the same bytes (same torch version). Every
model gets five pictures of 8-bit pixels made by the formula in INPUT_FORMULA; `expected.json` holds
the logits, the penultimate features and the shape of the last feature map (its channel means, where
they are not the features) that eager PyTorch computes for them in float32 from the stored weights.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import test_model_zoo as zoo
from broken_model_files import write_broken_files
from torchscript_archive import save_torchscript

IMAGES = 5
INPUT_FORMULA = (
    "value(n, y, x, c) = ((i * 7919 + c * 104729 + n * 31) * (i % 13 + n + 1)) % 256, "
    "i = y * width + x; uint8, order [n, y, x, c]; the model is given value / 255 in float32"
)


@dataclass
class Case:
    """One model file and how it is to be read."""

    name: str
    module: nn.Module
    note: str
    script: bool = False
    head: str | None = "linear"
    head_missing: str | None = None
    bias: bool = True
    classes: int = zoo.CLASSES
    channels: int = 3
    batch: int | None = None  # the fixed batch of a traced model
    dtype: torch.dtype = torch.float32
    output: str = "tensor"
    output_key: str | None = None
    softmax: str | None = None  # "softmax" or "log_softmax" at the very end
    normalizes: bool = False
    temperature: float = 1.0
    map_kind: str | None = "map"
    pooled: bool = True  # features are the means of the feature map
    fails: bool = False
    sizes: list[tuple[int, int]] = field(default_factory=lambda: [(32, 32)])  # (height, width)


def cases() -> list[Case]:
    net = zoo.ConvNet
    sizes = [(32, 32), (32, 48)]
    return [
        Case("traced-conv", net(), "plain convolutional net, traced", sizes=sizes),
        Case("scripted-conv", zoo.ResNetLike(), "the same, scripted", script=True, sizes=sizes),
        Case(
            "wrapped-data-parallel",
            zoo.DataParallelLike(zoo.DataParallelLike(net())),
            "module.module, as DataParallel leaves it",
        ),
        Case(
            "wrapped-normalize",
            zoo.NormalizingModel(net()),
            "(x - mean) / std with buffers, traced",
            normalizes=True,
        ),
        Case(
            "wrapped-normalize-scripted",
            nn.Sequential(zoo.TransformNormalize(list(zoo.MEAN), list(zoo.STD)), net()),
            "the statements of torchvision's Normalize, scripted",
            script=True,
            normalizes=True,
        ),
        Case(
            "wrapped-everything",
            zoo.DataParallelLike(zoo.TemperatureBuffer(zoo.NormalizingModel(net()))),
            "DataParallel-like around temperature around normalisation, scripted",
            script=True,
            normalizes=True,
            temperature=zoo.TEMPERATURE,
        ),
        Case(
            "temperature-buffer",
            zoo.TemperatureBuffer(net()),
            "logits / T, T a buffer",
            temperature=zoo.TEMPERATURE,
        ),
        Case(
            "temperature-number",
            zoo.TemperatureNumber(net()),
            "logits / T, T a Python number",
            temperature=zoo.TEMPERATURE,
        ),
        Case("returns-tuple", zoo.ReturnsTuple(), "(logits, features)", output="tuple", output_key="0"),
        Case("returns-list", zoo.ReturnsList(), "[logits, features]", output="list", output_key="0"),
        Case(
            "returns-dict",
            zoo.ReturnsDict(),
            "{features, logits}, traced",
            output="dict",
            output_key="logits",
        ),
        Case(
            "returns-dict-scripted",
            zoo.ReturnsDict(),
            "{features, logits}, scripted",
            script=True,
            output="dict",
            output_key="logits",
        ),
        Case(
            "returns-namedtuple",
            zoo.ReturnsNamedTuple(),
            "(loss=None, logits, hidden_state), scripted",
            script=True,
            output="tuple",
            output_key="logits",
        ),
        Case("head-addmm", zoo.AddmmHead(), "torch.addmm(bias, x, weight.t())", head="addmm"),
        Case("head-matmul-add", zoo.MatmulHead(), "matmul(x, weight.t()) + bias", head="matmul"),
        Case("head-conv1x1", zoo.ConvHead(), "1x1 convolution on pooled map", head="conv1x1"),
        Case("head-no-bias", net(bias=False), "linear head without bias", bias=False),
        Case("head-dropout-squeeze", zoo.DropoutSqueezeHead(), "dropout, unsqueeze, linear, squeeze"),
        Case("head-flatten", zoo.FlattenHead(), "no pooling, head fixes the size", pooled=False),
        Case("head-wide", net(classes=21), "21 outputs", classes=21),
        Case("ends-with-softmax", zoo.EndsWithSoftmax(), "softmax at the end", softmax="softmax"),
        Case(
            "ends-with-log-softmax",
            zoo.EndsWithLogSoftmax(),
            "log-softmax at the end",
            softmax="log_softmax",
        ),
        Case("fixed-batch-4", zoo.FixedBatch(4), "traced with view(4, -1)", batch=4),
        Case("fixed-batch-1", zoo.FixedBatch(1), "traced with view(1, -1)", batch=1),
        Case("half-fp16", net(), "float16 weights, traced", dtype=torch.float16),
        Case("half-bf16", net(), "bfloat16 weights, traced", dtype=torch.bfloat16),
        Case(
            "size-dependent",
            zoo.SizeDependent(),
            "a branch on the input's width, scripted",
            script=True,
            sizes=[(32, 32), (48, 48)],
        ),
        Case(
            "control-flow",
            zoo.ControlFlow(),
            "a while loop on the batch's mean brightness, scripted: answers depend on the batch",
            script=True,
        ),
        Case("grey-input", net(channels=1), "one input channel", channels=1),
        Case("vit", zoo.VisionTransformer(), "class token, 4x4 patches", map_kind="tokens", pooled=False),
        Case("convnext", zoo.ConvNeXtLike(), "LayerNorm between pooling and head", pooled=False),
        Case(
            "no-head-squeezenet",
            zoo.SqueezeNetLike(),
            "convolution, relu, average pooling: no linear layer at the end",
            head=None,
            head_missing="the classifier is a convolution before the pooling",
        ),
        Case(
            "no-head-image",
            zoo.ReturnsImage(),
            "returns pictures [N, 3, H, W], no logits",
            head=None,
            head_missing="the output is no [N, classes]",
            map_kind=None,
            classes=0,
        ),
        Case("raises", zoo.Raises(), "raises ValueError in forward", script=True, fails=True),
    ]


def initialize(module: nn.Module, seed: int) -> None:
    """Random weights, batch-norm statistics and tokens, wide enough for logits that differ."""
    generator = torch.Generator().manual_seed(seed)

    def normal(tensor: Tensor, std: float, mean: float = 0.0) -> None:
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * std + mean)

    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.endswith("fc.weight"):
                normal(parameter, 2.0)
            elif parameter.ndim > 1 and "token" not in name and "position" not in name:
                normal(parameter, (2 / parameter[0].numel()) ** 0.5)
            elif name.endswith("weight") or name.endswith("gamma"):
                normal(parameter, 0.2, 1.0)
            else:
                normal(parameter, 0.2)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                normal(buffer, 0.1)
            elif name.endswith("running_var"):
                buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)


def input_pixels(images: int, height: int, width: int, channels: int) -> np.ndarray:
    """The pictures of INPUT_FORMULA: uint8 [images, height, width, channels]."""
    n = np.arange(images).reshape(-1, 1, 1)
    i = np.arange(height * width).reshape(1, -1, 1)
    c = np.arange(channels).reshape(1, 1, -1)
    values = ((i * 7919 + c * 104729 + n * 31) * (i % 13 + n + 1)) % 256
    return values.astype(np.uint8).reshape(images, height, width, channels)


def as_input(pixels: np.ndarray) -> Tensor:
    """[n, y, x, c] uint8 -> [n, c, y, x] float32 in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255)).permute(0, 3, 1, 2).contiguous()


def compile_case(case: Case) -> torch.jit.ScriptModule:
    if case.script:
        return torch.jit.script(case.module)
    example = as_input(input_pixels(case.batch or 2, 32, 32, case.channels)).to(case.dtype)
    return torch.jit.trace(case.module, example, strict=False, check_trace=False)


def logits_of(case: Case, output: Any) -> Tensor:
    """The tensor that stands for the logits; log-softmax and softmax are compared as they are."""
    if case.output == "tensor":
        return output
    if case.output == "dict":
        return output[case.output_key]
    return output.logits if hasattr(output, "logits") else output[0]


def run(case: Case, images: Tensor) -> dict[str, Tensor]:
    """One eager forward: the output, what softmax was given, features and last feature map."""
    seen: dict[str, Tensor] = {}

    def keep(key: str):
        return lambda _module, _inputs, output: seen.__setitem__(key, output.detach().clone())

    modules = dict(case.module.named_modules())
    hooks = []
    for name, module in modules.items():
        if name.split(".")[-1] == "body":
            hooks.append(module.register_forward_hook(keep("features")))
        if name.split(".")[-1] == "map":
            hooks.append(module.register_forward_hook(keep("map")))
        if name.split(".")[-1] == "fc":
            hooks.append(module.register_forward_hook(keep("head")))
    with torch.no_grad():
        seen["output"] = logits_of(case, case.module(images))
    for hook in hooks:
        hook.remove()
    seen["logits"] = seen["head"] if case.softmax else seen["output"]
    return seen


def run_in_batches(case: Case, images: Tensor) -> dict[str, Tensor]:
    """As `run`; a fixed batch is filled up with its last image, whose rows are dropped."""
    batch = case.batch or len(images)
    parts = []
    for start in range(0, len(images), batch):
        rows = images[start : start + batch]
        filled = torch.cat([rows, rows[-1:].expand(batch - len(rows), -1, -1, -1)])
        parts.append({key: value[: len(rows)] for key, value in run(case, filled).items()})
    return {key: torch.cat([part[key] for part in parts]) for key in parts[0]}


def check_saved(case: Case, path: Path) -> None:
    """The file answers as the eager module does."""
    if case.fails:
        return
    loaded = torch.jit.load(path)
    tolerance = 2e-5 if case.dtype == torch.float32 else 1e-2
    for height, width in case.sizes:
        images = as_input(input_pixels(case.batch or IMAGES, height, width, case.channels))
        with torch.no_grad():
            eager = logits_of(case, case.module(images.to(case.dtype)))
            saved = logits_of(case, loaded(images.to(case.dtype)))
        torch.testing.assert_close(saved, eager, atol=tolerance, rtol=tolerance)


def numbers(tensor: Tensor) -> Any:
    """Nested lists of the shortest decimals that name the same float32."""
    if tensor.ndim > 1:
        return [numbers(row) for row in tensor]
    return [float(str(value)) for value in tensor.to(torch.float32).numpy()]


def answers(case: Case, height: int, width: int) -> dict[str, Any]:
    """What the model must answer for pictures of this size, in float32 from the stored weights."""
    images = as_input(input_pixels(IMAGES, height, width, case.channels))
    out: dict[str, Any] = {"height": height, "width": width}
    if case.fails or case.classes == 0:
        return out
    parts = run_in_batches(case, images)
    out["logits"] = numbers(parts["logits"])
    if case.softmax:
        out["output"] = numbers(parts["output"])
    if case.head is not None:
        out["features"] = numbers(parts["features"].flatten(1))
    if case.map_kind is not None and "map" in parts:
        feature_map = parts["map"]
        out["featureMapShape"] = list(feature_map.shape[1:])
        dims = [1] if case.map_kind == "tokens" else [2, 3]
        if not case.pooled:
            out["featureMapMeans"] = numbers(feature_map.mean(dims))
    return out


def describe(case: Case) -> dict[str, Any]:
    """The entry of expected.json. Stored weights are rounded to the file's dtype first."""
    case.module.to(case.dtype).to(torch.float32)
    head = None
    sizes = [answers(case, height, width) for height, width in case.sizes]
    if case.head is not None:
        fc = next(m for name, m in case.module.named_modules() if name.split(".")[-1] == "fc")
        features = fc.weight.shape[1]
        head = {"kind": case.head, "classes": case.classes, "features": features, "bias": case.bias}
    normalization = {"mean": zoo.MEAN, "std": zoo.STD} if case.normalizes else None
    return {
        "file": f"{case.name}.pt",
        "note": case.note,
        "kind": "scripted" if case.script else "traced",
        "classes": case.classes,
        "channels": case.channels,
        "batch": case.batch,
        "dtype": {torch.float16: "fp16", torch.bfloat16: "bf16"}.get(case.dtype, "fp32"),
        "output": case.output,
        "outputKey": case.output_key,
        "softmax": case.softmax,
        "normalization": normalization,
        "temperature": case.temperature,
        "head": head,
        "headMissing": case.head_missing,
        "featureMap": case.map_kind if case.head is not None else None,
        "forwardFails": case.fails,
        "tolerance": 2e-5,
        "sizes": sizes,
    }


def fix_hash_seed() -> None:
    """Starts Python again with a fixed hash seed: torch.jit.script writes sets in their order."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})


def main() -> None:
    fix_hash_seed()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "models"
    parser.add_argument("--to", type=Path, default=default)
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)

    entries = []
    for seed, case in enumerate(cases()):
        initialize(case.module, seed)
        case.module.eval()
        entries.append(describe(case))
        case.module.to(case.dtype)
        save_torchscript(compile_case(case), folder / f"{case.name}.pt")
        check_saved(case, folder / f"{case.name}.pt")
    broken = zoo.ConvNet()
    initialize(broken, len(entries))
    document = {
        "what": "answers of the models in this folder; made by tools/make_test_models.py",
        "input": INPUT_FORMULA,
        "images": IMAGES,
        "torch": torch.__version__,
        "models": entries,
        "broken": write_broken_files(folder, broken),
    }
    lines = json.dumps(document, indent=1, allow_nan=False)
    (folder / "expected.json").write_text(compact_rows(lines) + "\n")


def compact_rows(text: str) -> str:
    """Puts every innermost list of numbers on one line."""
    return re.sub(r"\[\s*((?:-?[\d.e+-]+,?\s*)+)\]", lambda m: "[" + " ".join(m[1].split()) + "]", text)


if __name__ == "__main__":
    main()
