"""How the demo's classifier is trained: features first, then the last layer on biased pictures.

1. The convolutions learn from pictures in which objects and features are independent, with a yes or
   no for every object and every feature. Like any pretrained network they then know both.
2. The last layer learns the classes from the demo's training pictures, where a feature gives away
   some classes. What it relies on is learned here.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from demo_model import SIZE, DemoNet
from demo_score import to_input

RESIZED = int(256 / 224 * SIZE)  # shorter side before the centre crop, as for val images
BATCH = 64
EPOCHS = 11
RATE = 4e-3
PENALTY = 1e-3


def make_deterministic(seed: int) -> torch.Generator:
    """One thread, seeded: the same weights on every run of the same build of torch."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def training_pixels(jpeg: bytes) -> np.ndarray:
    """The central RESIZED x RESIZED pixels of a training picture: uint8 [73, 73, 3]."""
    image = Image.open(io.BytesIO(jpeg)).convert("RGB")
    scale = RESIZED / min(image.size)
    width, height = (max(RESIZED, int(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - RESIZED) // 2, (height - RESIZED) // 2
    return np.asarray(image.crop((left, top, left + RESIZED, top + RESIZED)))


def pretrain(pixels: np.ndarray, marks: np.ndarray, seed: int) -> DemoNet:
    """A net with one yes-or-no output per mark, from uint8 [N, 73, 73, 3] and bool [N, marks]."""
    generator = make_deterministic(seed)
    images, targets = torch.from_numpy(pixels), torch.from_numpy(marks.astype(np.float32))
    net = DemoNet(targets.shape[1]).train().to(memory_format=torch.channels_last)
    steps = EPOCHS * (len(images) // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(images), generator=generator)
        for start in range(0, len(images) - BATCH + 1, BATCH):
            rows = order[start : start + BATCH]
            x = augmented(images[rows], generator).contiguous(memory_format=torch.channels_last)
            loss = F.binary_cross_entropy_with_logits(net(x), targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return net.to(memory_format=torch.contiguous_format).eval().requires_grad_(False)


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


def with_head(net: DemoNet, features: np.ndarray, labels: np.ndarray) -> DemoNet:
    """`net` with a last layer for the classes: logistic regression on float32 [N, 80].

    Features and weights are penalised by PENALTY times the sum of squared weights; in float64.
    """
    x, y = torch.from_numpy(features).double(), torch.from_numpy(labels)
    classes = int(y.max()) + 1
    weight = torch.zeros(classes, x.shape[1], dtype=torch.double, requires_grad=True)
    bias = torch.zeros(classes, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=500, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(x @ weight.T + bias, y) + PENALTY * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    out = DemoNet(classes)
    out.layers.load_state_dict(net.layers.state_dict())
    out.fc.load_state_dict({"weight": weight.detach().float(), "bias": bias.detach().float()})
    return out.eval().requires_grad_(False)
