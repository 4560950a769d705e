"""Exports a PyTorch classifier as a TorchScript file with its metadata inside.

    python tools/export_model.py --model resnet50 --pretrained --to resnet50.pt
    python tools/export_model.py --model my_package.nets:build --library local \\
        --weights best.pth --size 224 --mean 0.5,0.5,0.5 --std 0.25,0.25,0.25 --to mine.pt

The file takes RGB pictures [N, 3, H, W]; with `--normalize inside` (the default) in [0, 1], the
normalisation being part of the graph. Before it is written, the compiled model is compared with the
eager one at several batch sizes and picture shapes.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_sources import LIBRARIES, ExportError, Request, Source, load_weights
from torchscript_archive import METADATA_FILE, save_torchscript

SCHEMA = "spurious-native/model/1"
TRACE_BATCH = 2
CHECK_BATCHES = (1, 2, 5)
# Of the largest logit: rounding of another order of sums, measured at about 1e-6 and 1e-3.
TOLERANCE = {torch.float32: 1e-4, torch.float16: 2e-2}


class NormalizedInput(nn.Module):
    """(x - mean) / std, then the model."""

    def __init__(self, model: nn.Module, mean: list[float], std: list[float]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model((x - self.mean) / self.std)


@dataclass
class Compiled:
    module: torch.jit.ScriptModule
    how: str  # "traced" or "scripted"
    difference: float  # largest, of all logits of all checks
    checked: list[str]
    any_shape: bool  # pictures that are not square give the eager model's answer


def export(arguments: argparse.Namespace) -> tuple[Compiled, dict[str, Any], str]:
    """Builds, compiles, checks and writes; returns what was made, its metadata and its SHA-256."""
    if arguments.to.exists() and not arguments.force:
        raise ExportError(f"--to {arguments.to}: exists already; pass --force to replace it")
    if not arguments.to.parent.is_dir():
        raise ExportError(f"--to {arguments.to}: the folder does not exist")
    source, model = build(arguments, scriptable=False)
    if source.input_size is None:
        raise ExportError(f"--size N is needed: {source.name} does not say its input size")
    dtype = torch.float16 if arguments.half else torch.float32
    try:
        compiled = trace(model, source.input_size, dtype)
    except ExportError as reason:
        print(f"tracing is not enough: {reason}; scripting instead", file=sys.stderr)
        _, model = build(arguments, scriptable=True)
        compiled = script(model, source.input_size, dtype)
    classes = run(compiled.module, picture(1, source.input_size, source.input_size, dtype)).shape[1]
    metadata = describe(arguments, source, classes, compiled)
    extra = {METADATA_FILE: json.dumps(metadata, indent=1)}
    digest = save_torchscript(compiled.module, arguments.to, extra)
    sidecar = arguments.to.with_name(arguments.to.name + ".sha256")
    sidecar.write_text(f"{digest}  {arguments.to.name}\n")
    return compiled, metadata, digest


def build(arguments: argparse.Namespace, scriptable: bool) -> tuple[Source, nn.Module]:
    """The eager model in evaluation mode, wrapped and converted as asked."""
    torch.manual_seed(arguments.seed)
    request = Request(
        model=arguments.model,
        pretrained=arguments.pretrained,
        weights=arguments.weights,
        size=arguments.size,
        scriptable=scriptable,
        options=arguments.options,
    )
    source = LIBRARIES[arguments.library](request)
    if arguments.weights is not None:
        load_weights(source.module, arguments.weights)
        source.source += f", weights {arguments.weights.name}"
    elif not arguments.pretrained:
        source.source += f", random weights (seed {arguments.seed})"
    source.mean = arguments.mean or source.mean
    source.std = arguments.std or source.std
    model = source.module
    if arguments.normalize == "inside":
        if source.mean is None or source.std is None:
            raise ExportError(
                f"--mean and --std are needed: {source.name} does not say how its input is "
                "normalised (--normalize own: the model does it itself or takes [0, 1])"
            )
        model = NormalizedInput(model, source.mean, source.std)
    model = model.eval().requires_grad_(False)
    return source, model.half() if arguments.half else model


def picture(batch: int, height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Seeded pixels in [0, 1]: [batch, 3, height, width]."""
    generator = torch.Generator().manual_seed(1000 * batch + width)
    return torch.rand((batch, 3, height, width), generator=generator).to(dtype)


def run(model: nn.Module, images: Tensor) -> Tensor:
    """The logits of a model that returns them, alone or in a tuple, list or dictionary."""
    with torch.no_grad():
        output = model(images)
    if isinstance(output, dict):
        output = output.get("logits", next(iter(output.values())))
    if isinstance(output, (tuple, list)):
        output = next(item for item in output if isinstance(item, Tensor))
    if not isinstance(output, Tensor) or output.ndim != 2:
        raise ExportError("expected logits [N, classes] from the model's forward")
    return output.float()


def trace(model: nn.Module, size: int, dtype: torch.dtype) -> Compiled:
    example = picture(TRACE_BATCH, size, size, dtype)
    run(model, example)
    try:
        traced = torch.jit.trace(model, example, strict=False, check_trace=False)
    except Exception as error:
        raise ExportError(f"torch.jit.trace: {last_line(error)}") from error
    return check(model, traced, "traced", size, dtype)


def script(model: nn.Module, size: int, dtype: torch.dtype) -> Compiled:
    try:
        scripted = torch.jit.script(model)
    except Exception as error:
        raise ExportError(
            f"neither tracing nor scripting gives a model for every batch size: {last_line(error)}"
        ) from error
    return check(model, scripted, "scripted", size, dtype)


def check(
    model: nn.Module, compiled: torch.jit.ScriptModule, how: str, size: int, dtype: torch.dtype
) -> Compiled:
    """Compares with the eager model; throws where they differ on square pictures.

    Pictures that are not square (spurious images are not cropped) are compared where the eager
    model takes them; a compiled model that differs there is kept and marked.
    """
    square = [(batch, size, size) for batch in CHECK_BATCHES]
    differences = [compare(model, compiled, shape, dtype) for shape in square]
    checked = [f"{b}x3x{h}x{w}" for b, h, w in square]
    any_shape = True
    for shape in [(1, size, size + 64), (2, size + 37, size)]:
        try:
            run(model, picture(*shape, dtype))
        except Exception:  # whatever a model raises for a size it does not take
            any_shape = False
            continue
        try:
            differences.append(compare(model, compiled, shape, dtype))
            checked.append(f"{shape[0]}x3x{shape[1]}x{shape[2]}")
        except ExportError as reason:
            if how == "traced":
                raise
            print(f"warning: square pictures only: {reason}", file=sys.stderr)
            any_shape = False
    return Compiled(compiled, how, max(differences), checked, any_shape)


def compare(
    model: nn.Module,
    compiled: torch.jit.ScriptModule,
    shape: tuple[int, int, int],
    dtype: torch.dtype,
) -> float:
    """Largest difference of a logit; throws above the tolerance."""
    images = picture(*shape, dtype)
    name = f"input {shape[0]}x3x{shape[1]}x{shape[2]}"
    eager = run(model, images)
    try:
        other = run(compiled, images)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(f"{name}: the compiled model fails: {last_line(error)}") from error
    if other.shape != eager.shape:
        raise ExportError(f"{name}: {tuple(other.shape)} in place of {tuple(eager.shape)}")
    difference = (other - eager).abs().max().item()
    allowed = TOLERANCE[dtype] * max(1.0, eager.abs().max().item())
    if not difference <= allowed:
        raise ExportError(f"{name}: logits differ by {difference:.3g}, allowed {allowed:.3g}")
    return difference


def describe(
    arguments: argparse.Namespace, source: Source, classes: int, compiled: Compiled
) -> dict[str, Any]:
    """The metadata document. Fields that are not known are left out."""
    interpolation = source.interpolation if source.interpolation in ("bicubic", "bilinear") else None
    class_map = arguments.class_map or source.class_maps.get(classes)
    if class_map is None:
        print(
            f"warning: no class map is known for {classes} outputs: pass --class-map here, "
            "or to every command that reads the model",
            file=sys.stderr,
        )
    document = {
        "schema": SCHEMA,
        "name": arguments.name or source.name,
        "source": source.source,
        "license": arguments.license or source.license,
        "inputSize": source.input_size,
        "cropFraction": source.crop_fraction,
        "interpolation": interpolation,
        "mean": source.mean,
        "std": source.std,
        "normalization": "outside" if arguments.normalize == "outside" else "inside",
        "classMap": class_map,
        "temperature": arguments.temperature,
        "anyShape": compiled.any_shape,
        "torch": torch.__version__,
    }
    return {key: value for key, value in document.items() if value is not None}


def last_line(error: Exception) -> str:
    lines = [line for line in str(error).split("\n") if line.strip()]
    return f"{type(error).__name__}: {lines[-1].strip() if lines else ''}"


def numbers(text: str) -> list[float]:
    values = [float(part) for part in text.split(",")]
    if len(values) != 3:
        raise argparse.ArgumentTypeError("expected three numbers, r,g,b")
    return values


def class_map(text: str) -> Any:
    """A built-in name, or the JSON document of a file."""
    if not Path(text).is_file():
        return text
    try:
        document = json.loads(Path(text).read_text(encoding="utf-8"))
        document["classes"][0]["index"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise argparse.ArgumentTypeError(
            f'{text}: expected a JSON document with "classes": [{{"index", "label"}}]'
        ) from error
    return document


def parse(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--model", required=True, help="name in the library, or package.module:callable")
    add("--library", choices=sorted(LIBRARIES), default="timm")
    weights = parser.add_mutually_exclusive_group()
    weights.add_argument("--pretrained", action="store_true", help="the library's own weights")
    weights.add_argument("--weights", type=Path, help="state dict: .pth, .pt, .bin or .safetensors")
    add("--size", type=int, help="side of the input in pixels (default: the library's)")
    add("--half", action="store_true", help="store and run weights in float16")
    add(
        "--normalize",
        choices=("inside", "outside", "own"),
        default="inside",
        help="inside: add it to the graph; outside: leave it to the caller, who reads mean and std "
        "from the metadata; own: the model has it already or takes [0, 1]",
    )
    add("--mean", type=numbers, metavar="R,G,B")
    add("--std", type=numbers, metavar="R,G,B")
    add("--temperature", type=float, default=1.0, help="p = softmax(logits / T); not in the graph")
    add("--class-map", type=class_map, help="a built-in name, or a JSON document to store")
    add("--options", type=json.loads, default={}, help='JSON arguments, e.g. {"num_classes": 10}')
    add("--name", help="name in the metadata")
    add("--license", help="licence of the weights, for the metadata")
    add("--seed", type=int, default=0, help="of random weights")
    add("--to", type=Path, required=True, help="file to write; its SHA-256 goes beside it")
    add("--force", action="store_true", help="replace an existing file")
    return parser.parse_args(words)


def main(words: list[str] | None = None) -> int:
    arguments = parse(words)
    try:
        compiled, metadata, digest = export(arguments)
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.to}: {compiled.how}, {', '.join(compiled.checked)}")
    print(f"largest difference from the eager model: {compiled.difference:.3g}")
    print(f"sha256 {digest}")
    print(json.dumps({k: v for k, v in metadata.items() if not isinstance(v, dict)}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
