"""Exports a PyTorch classifier as a TorchScript file, or a .pt2 package, with its metadata inside.

    python tools/export_model.py --list '*resnet50*' --pretrained
    python tools/export_model.py --model resnet50 --pretrained --to resnet50.pt
    python tools/export_model.py --model my_package.nets:build --library local \\
        --weights best.pth --size 224 --mean 0.5,0.5,0.5 --std 0.25,0.25,0.25 --to mine.pt
    python tools/export_model.py --model resnet50 --pretrained --to resnet50.pt2

The file takes RGB pictures [N, 3, H, W]; with `--normalize inside` (the default) in [0, 1], the
normalisation being part of the graph. Before it takes its place, the file is loaded and compared
with the eager model at several batch sizes and picture shapes. A name that ends in `.pt2` makes a
package compiled ahead of time (AOTInductor), for this kind of machine. See docs/own-model.md.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from compile_model import Compiled, Expected, answers_of, check, compile_model, shown
from compile_package import save_package
from model_sources import LIBRARIES, Request, Source, list_models
from model_weights import load_weights
from optional_packages import ExportError, warn
from torchscript_archive import METADATA_FILE, save_torchscript, sha256_of

SCHEMA = "spurious-native/model/1"
INTERPOLATIONS = ("bicubic", "bilinear")
PACKAGE_SUFFIX = ".pt2"


class NormalizedInput(nn.Module):
    """(x - mean) / std, then the model."""

    def __init__(self, model: nn.Module, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model((x - self.mean) / self.std)


def export(arguments: argparse.Namespace) -> tuple[Compiled, dict[str, Any], str]:
    """Builds, compiles, checks and writes; returns what was made, its metadata and its SHA-256."""
    if arguments.to.exists() and not arguments.force:
        raise ExportError(f"--to {arguments.to}: exists already; pass --force to replace it")
    if not arguments.to.parent.is_dir():
        raise ExportError(f"--to {arguments.to}: the folder does not exist")
    source = build(arguments)
    if source.input_size is None:
        raise ExportError(f"--size N is needed: {source.name} does not say its input size")
    dtype = torch.float16 if arguments.half else torch.float32
    if arguments.to.suffix == PACKAGE_SUFFIX:
        return export_package(arguments, source)
    model = wrap(arguments, source, source.module)
    compiled, expected = compile_model(
        model, lambda: wrap(arguments, source, scriptable_form(source)), source.input_size, dtype
    )
    if compiled.square_only is not None:
        warn(f"only square pictures get the eager model's answers: {compiled.square_only}")
    classes = next(iter(expected.answers.values())).shape[1]
    metadata = describe(arguments, source, classes, compiled, expected)
    digest = save_torchscript(
        compiled.module,
        arguments.to,
        {METADATA_FILE: json.dumps(metadata, indent=1, allow_nan=False)},
        check=lambda path: check_file(path, compiled, expected),
    )
    write_sidecar(arguments.to, digest)
    return compiled, metadata, digest


def export_package(
    arguments: argparse.Namespace, source: Source
) -> tuple[Compiled, dict[str, Any], str]:
    """The same for a package compiled ahead of time."""
    if arguments.half:
        raise ExportError("--half: packages are compiled in float32")
    model = wrap(arguments, source, source.module)
    expected = answers_of(model, source.input_size, torch.float32)
    classes = next(iter(expected.answers.values())).shape[1]
    compiled = Compiled(None, "compiled ahead of time", checked=list(expected.answers))
    metadata = describe(arguments, source, classes, compiled, expected)
    compiled.difference = save_package(
        model, arguments.to, source.input_size, expected, metadata
    )
    digest = sha256_of(arguments.to)
    write_sidecar(arguments.to, digest)
    return compiled, metadata, digest


def write_sidecar(to: Path, digest: str) -> None:
    to.with_name(to.name + ".sha256").write_text(f"{digest}  {to.name}\n")


def build(arguments: argparse.Namespace) -> Source:
    """The eager model with its weights, and what is known of its input."""
    torch.manual_seed(arguments.seed)
    request = Request(
        model=arguments.model,
        pretrained=arguments.pretrained,
        size=arguments.size,
        options=arguments.options,
    )
    source = LIBRARIES[arguments.library](request)
    if arguments.weights is not None:
        load_weights(source.module, arguments.weights)
        source.source += f", weights {arguments.weights.name}"
    elif not arguments.pretrained and arguments.library != "local":
        source.source += f", random weights (seed {arguments.seed})"
    source.mean = arguments.mean or source.mean
    source.std = arguments.std or source.std
    return source


def scriptable_form(source: Source) -> nn.Module:
    """The same model with the same weights, written for torch.jit.script where that differs."""
    if source.scriptable is None:
        return source.module
    module = source.scriptable()
    module.load_state_dict(source.module.state_dict())
    return module


def wrap(arguments: argparse.Namespace, source: Source, module: nn.Module) -> nn.Module:
    """In evaluation mode, normalising and in half precision as asked."""
    if arguments.normalize != "own" and (source.mean is None or source.std is None):
        raise ExportError(
            f"--mean and --std are needed: {source.name} does not say how its input is "
            "normalised (--normalize own: the model does it itself or takes [0, 1])"
        )
    if arguments.normalize == "inside":
        module = NormalizedInput(module, source.mean, source.std)
    module = module.eval().requires_grad_(False)
    return module.half() if arguments.half else module


def check_file(path: Path, compiled: Compiled, expected: Expected) -> None:
    """What was written answers as the eager model does, wherever the compiled model did."""
    answers = {shape: expected.answers[shape] for shape in compiled.checked}
    loaded = Compiled(torch.jit.load(str(path)), compiled.how)
    check(loaded, Expected(answers, expected.any_shape, expected.dtype))


def describe(
    arguments: argparse.Namespace,
    source: Source,
    classes: int,
    compiled: Compiled,
    expected: Expected,
) -> dict[str, Any]:
    """The metadata document. Fields that are not known are left out."""
    document = {
        "schema": SCHEMA,
        "name": arguments.name or source.name,
        "source": source.source,
        "license": arguments.license or source.license,
        "inputSize": source.input_size,
        "cropFraction": source.crop_fraction,
        "interpolation": interpolation_of(source),
        "mean": source.mean,
        "std": source.std,
        "normalization": "outside" if arguments.normalize == "outside" else "inside",
        "classMap": class_map_of(arguments, source, classes),
        "temperature": arguments.temperature,
        "anyShape": expected.any_shape and compiled.square_only is None,
        "torch": torch.__version__,
    }
    return {key: value for key, value in document.items() if value is not None}


def interpolation_of(source: Source) -> str | None:
    if source.interpolation is None or source.interpolation in INTERPOLATIONS:
        return source.interpolation
    warn(
        f"interpolation {source.interpolation} is left out of the metadata: not one of this tool's"
    )
    return None


def class_map_of(arguments: argparse.Namespace, source: Source, classes: int) -> Any:
    given = arguments.class_map
    if isinstance(given, dict) and given.get("width", classes) != classes:
        raise ExportError(
            f"--class-map: made for {given['width']} outputs, the model has {classes}"
        )
    found = given or source.class_maps.get(classes)
    if found is None:
        warn(
            f"no class map is known for {classes} outputs: pass --class-map here, or to every "
            "command that reads the model"
        )
    return found


def checked_number(kind: Callable[[str], float], above: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not (math.isfinite(value) and value > above):
            raise argparse.ArgumentTypeError(f"expected a number above {above:g}, got {text}")
        return value

    parse.__name__ = "number"
    return parse


def triple(above: float) -> Callable[[str], list[float]]:
    def parse(text: str) -> list[float]:
        values = [checked_number(float, above)(part) for part in text.split(",")]
        if len(values) != 3:
            raise argparse.ArgumentTypeError(f"expected three numbers, r,g,b, got {text}")
        return values

    parse.__name__ = "r,g,b"
    return parse


def json_object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a JSON object: {error}") from error
    if not isinstance(document, dict):
        raise argparse.ArgumentTypeError(f"expected a JSON object, got {text}")
    return document


def class_map(text: str) -> Any:
    """A built-in name, or the JSON document of a file."""
    if not Path(text).is_file():
        if text.endswith(".json"):
            raise argparse.ArgumentTypeError(f"{text}: no such file")
        return text
    try:
        document = json.loads(Path(text).read_text(encoding="utf-8"))
        document["classes"][0]["index"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise argparse.ArgumentTypeError(
            f'{text}: expected a JSON document with "classes": [{{"index", "label"}}]'
        ) from error
    return document


def parser() -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = result.add_argument
    what = result.add_mutually_exclusive_group(required=True)
    what.add_argument("--model", help="name in the library, or package.module:callable")
    what.add_argument(
        "--list", nargs="?", const="*", metavar="PATTERN", help="print names in the library"
    )
    add("--library", choices=sorted(LIBRARIES), default="timm")
    weights = result.add_mutually_exclusive_group()
    weights.add_argument("--pretrained", action="store_true", help="the library's own weights")
    weights.add_argument("--weights", type=Path, help="state dict: .pth, .pt, .bin or .safetensors")
    size = checked_number(int, 0)
    add("--size", type=size, help="side of the input in pixels (default: the library's)")
    add("--half", action="store_true", help="store and run weights in float16")
    add(
        "--normalize",
        choices=("inside", "outside", "own"),
        default="inside",
        help="inside: add it to the graph; outside: leave it to the caller, who reads mean and std "
        "from the metadata; own: the model has it already or takes [0, 1]",
    )
    add("--mean", type=triple(-math.inf), metavar="R,G,B")
    add("--std", type=triple(0), metavar="R,G,B")
    temperature = checked_number(float, 0)
    add("--temperature", type=temperature, default=1.0, help="p = softmax(logits / T)")
    add("--class-map", type=class_map, help="a built-in name, or a JSON document to store")
    add("--options", type=json_object, default={}, help='JSON arguments, e.g. {"num_classes": 10}')
    add("--name", help="name in the metadata")
    add("--license", help="licence of the weights, for the metadata")
    add("--seed", type=int, default=0, help="of random weights")
    add("--to", type=Path, help="file to write (.pt or .pt2); its SHA-256 goes beside it")
    add("--force", action="store_true", help="replace an existing file")
    return result


def main(words: list[str] | None = None) -> int:
    arguments = parser().parse_args(words)
    # TorchScript is what is asked for; newer versions of torch call every part of it deprecated.
    warnings.filterwarnings("ignore", message="`torch.jit")
    try:
        if arguments.list is not None:
            for name in list_models(arguments.library, arguments.list, arguments.pretrained):
                print(name)
            return 0
        if arguments.to is None:
            raise ExportError("--to FILE is needed")
        compiled, metadata, digest = export(arguments)
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{arguments.to}: {compiled.how}, {', '.join(shown(shape) for shape in compiled.checked)}"
    )
    print(f"largest difference from the eager model: {compiled.difference:.3g}")
    print(f"sha256 {digest}")
    print(json.dumps({k: v for k, v in metadata.items() if not isinstance(v, dict)}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
