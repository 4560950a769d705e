"""A classifier compiled ahead of time by AOTInductor: a .pt2 package, for this kind of machine.

The package is native code without any check of what it is given, so the shape it was compiled for
is stored with it, together with what its outputs are.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from compile_model import TOLERANCE, TRACE_BATCH, Expected, picture, run
from optional_packages import ExportError, last_line

MOST_IMAGES = 4096
MOST_PIXELS = 4096  # a side


class WithFeatures(nn.Module):
    """(logits, penultimate features) of a model whose logits a linear layer makes."""

    def __init__(self, model: nn.Module, head: str) -> None:
        super().__init__()
        self.model = model
        self.seen: list[Tensor] = []
        self.model.get_submodule(head).register_forward_pre_hook(self.keep)

    def keep(self, _module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.seen.append(inputs[0])

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.model(images)
        return logits, self.seen.pop()


def find_head(model: nn.Module, images: Tensor) -> str | None:
    """Name of the linear layer whose output is the logits, or None."""
    outputs: dict[str, Tensor] = {}

    def keep(name: str) -> Any:
        return lambda _module, _inputs, output: outputs.update({name: output})

    hooks = [
        module.register_forward_hook(keep(name))
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear)
    ]
    logits = run(model, images)
    for hook in hooks:
        hook.remove()
    return next((name for name, output in outputs.items() if output is logits), None) or next(
        (
            name
            for name, output in outputs.items()
            if output.shape == logits.shape and torch.equal(output, logits)
        ),
        None,
    )


def save_package(
    model: nn.Module, path: Path, size: int, expected: Expected, metadata: Mapping[str, Any]
) -> float:
    """Compiles, checks and writes `model`; returns the largest difference from the eager model."""
    images = picture(TRACE_BATCH, size, size, torch.float32)
    head = find_head(model, images)
    program = model if head is None else WithFeatures(model, head)
    exported, sides = export(program, images, size, expected.any_shape)
    fields = {
        "spurious_native_shape": f"any,3,{sides}",
        "spurious_native_outputs": "logits" if head is None else "logits,features",
        "spurious_native.json": json.dumps(metadata, allow_nan=False),
    }
    if head is not None:
        fields["spurious_native_head_weight"] = f"model.{head}.weight"
        if model.get_submodule(head).bias is not None:
            fields["spurious_native_head_bias"] = f"model.{head}.bias"
    temporary = path.with_name(f".{path.name}.pt2")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch._inductor.aoti_compile_and_package(
                exported,
                package_path=str(temporary),
                inductor_configs={"aot_inductor.metadata": fields},
            )
        difference = check_package(temporary, expected, square_only=sides != "any,any")
        temporary.replace(path)
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(f"torch._inductor: {last_line(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return difference


def export(
    program: nn.Module, images: Tensor, size: int, any_shape: bool
) -> tuple[torch.export.ExportedProgram, str]:
    """The program for any number of images; for any of their sides, too, where that can be had."""
    batch = torch.export.Dim("batch", min=1, max=MOST_IMAGES)
    attempts: list[tuple[dict[int, Any], str]] = [({0: batch}, f"{size},{size}")]
    if any_shape:
        height = torch.export.Dim("height", min=size, max=MOST_PIXELS)
        width = torch.export.Dim("width", min=size, max=MOST_PIXELS)
        attempts.insert(0, ({0: batch, 2: height, 3: width}, "any,any"))
    failure: Exception | None = None
    for shapes, sides in attempts:
        try:
            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")
                return torch.export.export(program, (images,), dynamic_shapes=(shapes,)), sides
        except Exception as error:  # whatever torch.export says of a model that is not for it
            failure = error
    raise ExportError(f"torch.export: {last_line(failure)}") from failure


def check_package(path: Path, expected: Expected, square_only: bool) -> float:
    package = torch._inductor.aoti_load_package(str(path))
    largest = 0.0
    for (batch, height, width), answer in expected.answers.items():
        if square_only and height != width:
            continue
        found = run(package, picture(batch, height, width, torch.float32))
        difference = float((found - answer).abs().max())
        if not difference <= TOLERANCE[torch.float32] * float(answer.abs().max()):
            raise ExportError(f"the package answers otherwise on {batch}x3x{height}x{width}")
        largest = max(largest, difference)
    return largest
