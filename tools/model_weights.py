"""Weights from a file of one's own into an eager model."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from optional_packages import ExportError, required

# Prefixes that DataParallel and torch.compile leave on the names of parameters.
WRAPPERS = ("module.", "_orig_mod.")


def load_weights(module: nn.Module, path: Path) -> None:
    """Loads a state dict (.pth, .pt, .bin by torch.load without code; .safetensors), strictly."""
    if not path.is_file():
        raise ExportError(f"--weights {path}: no such file")
    if path.suffix == ".safetensors":
        state = required("safetensors.torch", "safetensors").load_file(str(path))
    else:
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            first = str(error).split("\n")[0]
            raise ExportError(f"--weights {path}: expected a state dict: {first}") from error
    state = unwrap(state)
    try:
        module.load_state_dict(state, strict=True)
    except RuntimeError as error:
        lines = str(error).split("\n")
        raise ExportError(f"--weights {path} does not fit: " + " ".join(lines[:4])) from error


def unwrap(state: Any) -> dict[str, torch.Tensor]:
    """The state dict inside a checkpoint, without the prefixes of WRAPPERS."""
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    if not isinstance(state, Mapping) or not all(
        isinstance(v, torch.Tensor) for v in state.values()
    ):
        raise ExportError("--weights: expected a state dict (names to tensors)")
    for prefix in WRAPPERS:
        if state and all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): value for name, value in state.items()}
    return dict(state)
