"""The demo's classifier: a small convolutional net and its TorchScript file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from torchscript_archive import METADATA_FILE, save_torchscript

SIZE = 64
MEAN = (0.5, 0.5, 0.5)
STD = (0.25, 0.25, 0.25)
FEATURES = 80


class ConvBnRelu(nn.Sequential):
    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
        )


class DemoNet(nn.Module):
    """RGB in [0, 1], any size -> logits; features are the mean of the last map over its positions."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))
        self.layers = nn.Sequential(
            ConvBnRelu(3, 24, 2),
            ConvBnRelu(24, 40, 2),
            ConvBnRelu(40, 56, 1),
            ConvBnRelu(56, FEATURES, 2),
            ConvBnRelu(FEATURES, FEATURES, 1),
        )
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(FEATURES, classes)

    def features(self, x: Tensor) -> Tensor:
        """[N, 3, H, W] -> [N, 80]."""
        return torch.flatten(self.pool(self.layers((x - self.mean) / self.std)), 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.features(x))


def save(net: DemoNet, names: Sequence[str], folders: Sequence[str], path: Path) -> str:
    """Writes the scripted net with its metadata; returns the file's SHA-256."""
    classes = [
        {"index": index, "wnid": folder, "label": name, "synonyms": name}
        for index, (name, folder) in enumerate(zip(names, folders, strict=True))
    ]
    metadata = {
        "schema": "spurious-native/model/1",
        "name": "demo",
        "source": "tools/make_demo.py",
        "license": "MIT",
        "inputSize": SIZE,
        "cropFraction": 0.875,
        "interpolation": "bicubic",
        "mean": MEAN,
        "std": STD,
        "normalization": "inside",
        "classMap": {"name": "demo", "classes": classes},
        "temperature": 1.0,
    }
    scripted = torch.jit.script(net)
    return save_torchscript(scripted, path, {METADATA_FILE: json.dumps(metadata, indent=1)})
