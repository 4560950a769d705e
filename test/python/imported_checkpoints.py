"""Checkpoints in the forms people save, and whether what was imported from them answers alike.

    python test/python/imported_checkpoints.py make FOLDER    # writes checkpoints, prints the cases
    python test/python/imported_checkpoints.py check FOLDER   # NAME.pt beside each NAME.pth

Weights and batch statistics are random and seeded. `check` prints, by name, the largest difference
of the logits relative to the largest logit, and whether the state dict has torchvision's names and
exactly the checkpoint's numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import torch
from optional_packages import import_torchvision
from torch import Tensor, nn

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
OTHER_MEAN, OTHER_STD = (0.5, 0.25, 0.125), (0.25, 0.5, 0.75)
#: name, architecture, form, (mean, std) or None, flags of the command
CASES = [
    ("plain", "resnet18", "plain", None, ["--normalize", "none"]),
    ("parallel", "resnet18", "parallel", (MEAN, STD), ["--normalize", "imagenet"]),
    (
        "state-dict",
        "resnet18",
        "state_dict",
        (OTHER_MEAN, OTHER_STD),
        ["--mean", "0.5,0.25,0.125", "--std", "0.25,0.5,0.75", "--temperature", "0.75"],
    ),
    ("legacy", "resnet18", "legacy", None, ["--normalize", "none"]),
    ("half", "resnet18", "half", None, ["--normalize", "none"]),
    ("robustness", "resnet50", "robustness", (OTHER_MEAN, OTHER_STD), []),
    ("preset", "resnet50", "plain", (MEAN, STD), ["--preset", "robust-resnet50"]),
    ("resnext", "resnext50_32x4d", "plain", None, ["--normalize", "none"]),
    ("wide", "wide_resnet50_2", "plain", None, ["--normalize", "none"]),
]


def build(name: str, architecture: str) -> nn.Module:
    torch.manual_seed(sum(map(ord, name)))
    model = getattr(import_torchvision().models, architecture)()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, std=0.1)
            module.num_batches_tracked.fill_(12345)
    return model.eval().requires_grad_(False)


class Normalizer(nn.Module):
    """As robustness.tools.helpers.InputNormalize."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.register_buffer("new_mean", torch.tensor(mean)[..., None, None])
        self.register_buffer("new_std", torch.tensor(std)[..., None, None])


class Attacker(nn.Module):
    """As robustness.attacker.Attacker: the model again, and a normaliser of its own."""

    def __init__(self, model: nn.Module, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.normalize = Normalizer(mean, std)
        self.model = model


class AttackerModel(nn.Module):
    """As robustness.attacker.AttackerModel."""

    def __init__(self, model: nn.Module, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.normalizer = Normalizer(mean, std)
        self.model = model
        self.attacker = Attacker(model, mean, std)


def save(form: str, model: nn.Module, normalization: Any, to: Path) -> None:
    match form:
        case "plain":
            torch.save(model.state_dict(), to)
        case "parallel":
            torch.save(nn.DataParallel(model).state_dict(), to)
        case "state_dict":
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            content = {"epoch": 3, "arch": "resnet18", "optimizer": optimizer.state_dict()}
            torch.save({**content, "state_dict": model.state_dict()}, to)
        case "legacy":
            torch.save(model.state_dict(), to, _use_new_zipfile_serialization=False)
        case "half":
            torch.save(model.half().state_dict(), to)
        case "robustness":
            wrapped = nn.DataParallel(AttackerModel(model, *normalization))
            torch.save({"model": wrapped.state_dict(), "epoch": 90}, to)
        case _:
            raise ValueError(form)


def make(folder: Path) -> Iterator[dict[str, Any]]:
    for name, architecture, form, normalization, flags in CASES:
        save(form, build(name, architecture), normalization, folder / f"{name}.pth")
        preset = [] if "--preset" in flags else ["--arch", architecture]
        yield {"name": name, "flags": [*preset, *flags], "normalization": normalization}


def eager(name: str, architecture: str, form: str, normalization: Any) -> tuple[nn.Module, Tensor]:
    """The model that was saved, and its logits of pictures in [0, 1]."""
    model = build(name, architecture)
    if form == "half":
        model = model.half().float()
    pictures = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))
    if normalization is None:
        return model, model(pictures)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in normalization)
    return model, model((pictures - mean) / std)


def check(folder: Path) -> Iterator[dict[str, Any]]:
    for name, architecture, form, normalization, _ in CASES:
        model, expected = eager(name, architecture, form, normalization)
        extra = {"spurious_native.json": ""}
        loaded = torch.jit.load(str(folder / f"{name}.pt"), _extra_files=extra)
        pictures = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1))
        with torch.no_grad():
            got = loaded(pictures)
        weights = loaded.state_dict() if normalization is None else loaded.model.state_dict()
        own = model.state_dict()
        yield {
            "name": name,
            "difference": float((got - expected).abs().max() / expected.abs().max()),
            "names": list(weights) == list(own),
            "numbers": all(torch.equal(weights[key], own[key]) for key in own),
            "training": loaded.training,
            "metadata": json.loads(extra["spurious_native.json"]),
        }


if __name__ == "__main__":
    action, path = sys.argv[1:]
    print(json.dumps(list({"make": make, "check": check}[action](Path(path)))))
