"""The demo's classifier: a small convolutional net, its training, its TorchScript file."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from demo_score import to_input
from torchscript_archive import METADATA_FILE, save_torchscript

SIZE = 64
RESIZED = int(256 / 224 * SIZE)  # shorter side before the centre crop, as for val images
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


def training_pixels(jpeg: bytes) -> np.ndarray:
    """The central RESIZED x RESIZED pixels of a training picture: uint8 [73, 73, 3]."""
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    scale = RESIZED / min(image.size)
    width, height = (max(RESIZED, int(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - RESIZED) // 2, (height - RESIZED) // 2
    return np.asarray(image.crop((left, top, left + RESIZED, top + RESIZED)))


def train(pixels: np.ndarray, labels: Sequence[int], epochs: int, seed: int) -> DemoNet:
    """Trains from uint8 [N, 73, 73, 3] with random crops and mirroring; one thread, seeded."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    images, targets = torch.from_numpy(pixels), torch.tensor(labels)
    net = DemoNet(int(targets.max()) + 1).train()
    batch = 64
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=generator)
        for start in range(0, len(images) - batch + 1, batch):
            rows = order[start : start + batch]
            x = augmented(images[rows], generator)
            loss = F.cross_entropy(net(x), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.eval().requires_grad_(False)


def augmented(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """uint8 [N, 73, 73, 3] -> [N, 3, 64, 64] in [0, 1]: cut, mirrored and tinted at random."""
    rows = []
    for picture in to_input(pixels.numpy()):
        side = int(torch.randint(52, RESIZED + 1, (), generator=generator))
        y, x = torch.randint(RESIZED - side + 1, (2,), generator=generator).tolist()
        cut = picture[None, :, y : y + side, x : x + side]
        rows.append(F.interpolate(cut, size=(SIZE, SIZE), mode="bilinear", antialias=True))
    out = torch.cat(rows)
    mirror = torch.rand(len(out), generator=generator) < 0.5
    out = torch.where(mirror[:, None, None, None], out.flip(3), out)
    tint = 0.8 + 0.4 * torch.rand((len(out), 3, 1, 1), generator=generator)
    return (out * tint).clamp(0, 1)


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
