"""Packages that only some models need, and errors that a caller can put right."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import torch


class ExportError(Exception):
    """Something the caller can put right; the message says what and how."""


def required(module: str, distribution: str | None = None) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        name = distribution or module
        raise ExportError(f"the package {name} is not installed: pip install {name}") from error


def last_line(error: Exception) -> str:
    """Type and last line of a message: libraries put the cause there."""
    lines = [line for line in str(error).split("\n") if line.strip()]
    return f"{type(error).__name__}: {lines[-1].strip() if lines else ''}"


def warn(text: str) -> None:
    print(f"warning: {text}", file=sys.stderr)


def import_timm() -> Any:
    import_torchvision()
    return required("timm")


def import_torchvision() -> Any:
    """Imports torchvision, also where its compiled operators do not fit the torch at hand.

    The wheel of a package index is often a CUDA build: beside a CPU torch its operators cannot be
    loaded, and the import fails at their registration. Classifiers need none of them, so the two
    names it registers are declared and the import is made again.
    """
    try:
        return importlib.import_module("torchvision")
    except ModuleNotFoundError as error:
        if error.name != "torchvision":
            raise
        raise ExportError(
            "the package torchvision is not installed: pip install torchvision "
            "(beside a CPU torch: pip install --no-deps torchvision)"
        ) from error
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    torchvision = importlib.import_module("torchvision")
    torchvision._declared_operators = library  # the declarations live as long as this object
    return torchvision
