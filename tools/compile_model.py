"""A classifier as TorchScript that answers as the eager one does, on every picture it takes.

Tracing comes first, because a traced graph shows all there is to see in it (head, features, last
feature map). It records one path through the Python code: a model that looks at its input's shape
is traced once more on a wide picture, where position embeddings are resized and so stay resizable,
and scripted where that fails too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from optional_packages import ExportError, last_line

TRACE_BATCH = 2
CHECK_BATCHES = (1, 2, 5)
# Of the largest logit: rounding of another order of sums, measured at about 1e-6 and 1e-3.
TOLERANCE = {torch.float32: 1e-4, torch.float16: 2e-2}

Shape = tuple[int, int, int]  # images, height, width


@dataclass
class Compiled:
    module: torch.jit.ScriptModule | None
    how: str  # "traced", "scripted" or "compiled ahead of time"
    difference: float = 0.0  # largest, of all logits of all checks
    checked: list[Shape] = field(default_factory=list)
    # Why pictures that are not square do not get the eager model's answer, where it has one.
    square_only: str | None = None


@dataclass
class Expected:
    """What the eager model answers: the shapes it takes, with its logits for them."""

    answers: dict[Shape, Tensor]
    any_shape: bool  # it takes every shape that was tried
    dtype: torch.dtype


def compile_model(
    model: nn.Module, scriptable: Callable[[], nn.Module], size: int, dtype: torch.dtype
) -> tuple[Compiled, Expected]:
    """The first way of compiling that answers as `model` on all shapes it takes.

    Where there is none, the first that does so on square pictures.
    `scriptable` gives the same model in a form made for torch.jit.script.
    Throws ExportError when no way gives the eager model's answers for several batch sizes.
    """
    expected = answers_of(model, size, dtype)
    attempts = [
        ("traced", lambda: trace(model, (TRACE_BATCH, size, size), dtype)),
        ("traced", lambda: trace(model, (TRACE_BATCH, size, 2 * size), dtype)),
        ("scripted", lambda: script(scriptable())),
    ]
    if (TRACE_BATCH, size, 2 * size) not in expected.answers:
        del attempts[1]
    fallback: Compiled | None = None
    reasons: list[str] = []
    for how, attempt in attempts:
        try:
            compiled = check(Compiled(attempt(), how), expected)
        except ExportError as reason:
            reasons.append(f"{how}: {reason}")
            continue
        if compiled.square_only is None:
            return compiled, expected
        fallback = fallback or compiled
    if fallback is None:
        raise ExportError(
            "no way of compiling gives the eager model's answers; " + "; ".join(reasons)
        )
    return fallback, expected


def answers_of(model: nn.Module, size: int, dtype: torch.dtype) -> Expected:
    answers = {}
    for batch in CHECK_BATCHES:
        shape = (batch, size, size)
        try:
            answers[shape] = run(model, picture(*shape, dtype))
        except ExportError:
            raise
        except Exception as error:
            raise ExportError(
                f"the eager model fails on {shown(shape)} (another --size?): {last_line(error)}"
            ) from error
    # Spurious pictures are not cropped: any width and height at or above the input size.
    beyond = [(TRACE_BATCH, size, 2 * size), (2, size + 37, size)]
    for shape in beyond:
        try:
            answers[shape] = run(model, picture(*shape, dtype))
        except Exception:  # whatever a model raises for a size it does not take
            continue
    return Expected(answers, all(shape in answers for shape in beyond), dtype)


def picture(batch: int, height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Seeded pixels in [0, 1]: [batch, 3, height, width]."""
    generator = torch.Generator().manual_seed(1000 * batch + width)
    return torch.rand((batch, 3, height, width), generator=generator).to(dtype)


def run(model: nn.Module, images: Tensor) -> Tensor:
    """The logits of a model that returns them, alone or in a tuple, list or dictionary."""
    with torch.no_grad():
        output = model(images)
    if isinstance(output, dict):
        output = output.get("logits", next(iter(output.values()), None))
    if isinstance(output, (tuple, list)):
        output = next((item for item in output if isinstance(item, Tensor)), None)
    if not isinstance(output, Tensor) or output.ndim != 2 or len(output) != len(images):
        got = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        raise ExportError(f"expected logits [{len(images)}, classes] from the model, got {got}")
    return output.float()


def trace(model: nn.Module, shape: Shape, dtype: torch.dtype) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        # Branches that tracing fixes are what the checks are for; TorchScript's own deprecation
        # is no news to someone who asks for it.
        warnings.simplefilter("ignore")
        try:
            return torch.jit.trace(model, picture(*shape, dtype), strict=False, check_trace=False)
        except Exception as error:
            raise ExportError(f"torch.jit.trace: {last_line(error)}") from error


def script(model: nn.Module) -> torch.jit.ScriptModule:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return torch.jit.script(model)
        except Exception as error:
            raise ExportError(f"torch.jit.script: {last_line(error)}") from error


def check(compiled: Compiled, expected: Expected) -> Compiled:
    """Compares with the eager model; throws where they differ on square pictures."""
    for shape in expected.answers:
        try:
            difference = compare(compiled.module, shape, expected)
        except ExportError as reason:
            if shape[1] == shape[2]:
                raise
            compiled.square_only = str(reason)
        else:
            compiled.difference = max(compiled.difference, difference)
            compiled.checked.append(shape)
    return compiled


def compare(module: torch.jit.ScriptModule, shape: Shape, expected: Expected) -> float:
    """Largest difference of a logit from the eager model's; throws above the tolerance."""
    eager = expected.answers[shape]
    name = f"input {shown(shape)}"
    try:
        other = run(module, picture(*shape, expected.dtype))
    except ExportError:
        raise
    except Exception as error:
        raise ExportError(f"{name}: the compiled model fails: {last_line(error)}") from error
    if other.shape != eager.shape:
        raise ExportError(f"{name}: {tuple(other.shape)} in place of {tuple(eager.shape)}")
    difference = (other - eager).abs().max().item()
    allowed = TOLERANCE[expected.dtype] * eager.abs().max().item()
    if not difference <= allowed:
        raise ExportError(f"{name}: logits differ by {difference:.3g}, allowed {allowed:.3g}")
    return difference


def shown(shape: Shape) -> str:
    return f"{shape[0]}x3x{shape[1]}x{shape[2]}"
