"""Small classifiers of timm with weights that make their outputs depend on the picture.

    python test/python/tiny_models.py --to FOLDER [NAME...]

timm's own tiny architectures, and one of each family that the published results are of, shortened.

Exports each to FOLDER/NAME.pt and prints one JSON document a line: what eager PyTorch answers, for
the test that holds the engine's answers against it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import export_model  # noqa: E402
from optional_packages import import_timm  # noqa: E402

IMAGES = 2

NARROW = {"embed_dim": 96, "depth": 2, "num_heads": 3}
NARROW_SWIN = {"embed_dim": 24, "depths": [1, 1, 2, 1], "num_heads": [1, 2, 4, 8]}
ONE_EACH = [1, 1, 1, 1]

# What is left out of an architecture, blocks and width, says nothing of how it ends.
FAMILIES: dict[str, dict[str, Any]] = {
    "resnet50": {"layers": ONE_EACH},
    "resnext50_32x4d": {"layers": ONE_EACH},
    "resnetv2_50x1_bit": {},
    "tf_efficientnet_b0": {},
    "tf_efficientnetv2_b0": {},
    "convnext_atto": {"depths": ONE_EACH},
    "convnextv2_atto": {"depths": ONE_EACH},
    "vit_base_patch16_224": NARROW,
    "vit_base_patch32_clip_224": NARROW,
    "deit3_small_patch16_224": NARROW,
    "beit_base_patch16_224": NARROW,
    "beitv2_base_patch16_224": NARROW,
    "eva_giant_patch14_224": NARROW,
    "swin_tiny_patch4_window7_224": NARROW_SWIN,
    "swinv2_tiny_window8_256": NARROW_SWIN,
    "volo_d1_224": {},
}


def enliven(module: nn.Module, seed: int) -> None:
    """Random weights as an initialisation gives them, with no branch or scale left at zero."""
    generator = torch.Generator().manual_seed(seed)

    def normal(tensor: Tensor, std: float, mean: float = 0.0) -> None:
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * std + mean)

    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if parameter.ndim > 1 and not name.endswith(("pos_embed", "token", "gain")):
                normal(parameter, (2 / parameter[0].numel()) ** 0.5)
            elif name.endswith(("weight", "gamma", "gain")):
                normal(parameter, 0.1, 1.0)
            else:
                normal(parameter, 0.1)


def settle(module: nn.Module, images: Tensor) -> None:
    """Batch norms with the statistics of `images` [n, 3, H, W], as training would leave them.

    With others, activations grow from layer to layer, and roundings with them.
    """
    norms = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 1.0
        layer.train()
    with torch.no_grad():
        module(images)
    for layer, momentum in zip(norms, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()


def pixels(size: int) -> Tensor:
    """The pictures that expected.json of test/fixtures/models names: uint8 [n, y, x, c]."""
    n = torch.arange(IMAGES).view(-1, 1, 1)
    i = torch.arange(size * size).view(1, -1, 1)
    c = torch.arange(3).view(1, 1, -1)
    values = ((i * 7919 + c * 104729 + n * 31) * (i % 13 + n + 1)) % 256
    return values.to(torch.uint8).view(IMAGES, size, size, 3)


def normalized(config: dict[str, Any]) -> Tensor:
    """`pixels` as a model is given them: [n, 3, S, S]."""
    mean, std = (torch.tensor(config[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return (pixels(config["input_size"][-1]).permute(0, 3, 1, 2) / 255 - mean) / std


def export_tiny(name: str, folder: Path) -> dict[str, Any]:
    """Exports with enlivened weights, by a weights file; returns what eager PyTorch answers."""
    timm = import_timm()
    torch.manual_seed(0)
    options = FAMILIES.get(name, {})
    module = timm.create_model(name, **options).eval()
    enliven(module, seed=1)
    settle(module, normalized(module.pretrained_cfg))
    weights = folder / f"{name}.pth"
    torch.save(module.state_dict(), weights)
    file = folder / f"{name}.pt"
    words = ["--model", name, "--weights", str(weights), "--to", str(file), "--force"]
    words += ["--options", json.dumps(options)]
    with contextlib.redirect_stdout(io.StringIO()):
        status = export_model.main(words)
    weights.unlink()
    if status != 0:
        raise SystemExit(f"{name}: not exported")
    return {"name": name, "file": str(file), **answers(module)}


def answers(module: nn.Module) -> dict[str, Any]:
    """Logits [n, classes], features [n, d] and the last map of `pixels`."""
    config = module.pretrained_cfg
    images = normalized(config)
    seen: dict[str, Tensor] = {}
    hook = module.get_classifier().register_forward_pre_hook(
        lambda _module, inputs: seen.__setitem__("features", inputs[0].flatten(1))
    )
    with torch.no_grad():
        logits = module(images)
        last = module.forward_features(images)
    hook.remove()
    return {
        "size": images.shape[-1],
        "mean": config["mean"],
        "std": config["std"],
        "classes": logits.shape[1],
        "logits": logits.tolist(),
        "features": seen["features"].tolist(),
        "map": describe_map(module, last),
        "kind": "conv1x1" if isinstance(module.get_classifier(), nn.Conv2d) else "linear",
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
    }


def describe_map(module: nn.Module, last: Tensor) -> dict[str, Any] | None:
    """What is pooled, a map [n, C, H, W] (or [n, H, W, C]) or tokens [n, T, C].

    Its shape, its dimensions that are positions and its means over them. `last` is what timm's
    forward_features returns. None for a model that pools by attention.
    """
    if getattr(module, "attn_pool", None) is not None:
        return None
    if last.ndim == 3:
        if module.global_pool == "avg":
            last = last[:, module.num_prefix_tokens :]
        positions = [1]
    else:
        positions = [1, 2] if getattr(module, "output_fmt", "NCHW") == "NHWC" else [2, 3]
    means = last.mean(positions)
    return {
        "shape": list(last.shape[1:]),
        "channelsFirst": positions == [2, 3],
        "means": means.tolist(),
    }


def all_names() -> list[str]:
    return [*import_timm().list_models("test_*"), *FAMILIES]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("names", nargs="*", help="default: all of them")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for name in arguments.names or all_names():
        print(json.dumps(export_tiny(name, arguments.to), allow_nan=False), flush=True)


if __name__ == "__main__":
    main()
