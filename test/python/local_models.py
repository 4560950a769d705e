"""Classifiers of one's own, as tools/export_model.py takes them with --library local."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CLASSES = 7


class Plain(nn.Module):
    """RGB of any size -> [N, classes]."""

    def __init__(self, classes: int = CLASSES) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, stride=2)
        self.fc = nn.Linear(8, classes)

    def features(self, x: Tensor) -> Tensor:
        return F.relu(self.conv(x)).mean([2, 3])

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.features(x))


class ReturnsDict(Plain):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.features(x)
        return {"features": features, "logits": self.fc(features)}


class SizeDependent(Plain):
    """Tracing keeps one of its branches; scripting keeps both."""

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[3] > x.shape[2]:
            x = x.flip(2) * 0.5
        if x.shape[2] > x.shape[3]:
            x = x.flip(3) * 0.25
        return self.fc(self.features(x))


class NotScriptable(SizeDependent):
    def forward(self, x: Tensor, **_more: object) -> Tensor:
        return super().forward(x)


class Noisy(Plain):
    """Answers differently every time: nothing compiled can equal it."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + torch.randn(x.shape[0], 1)


class FixedBatch(Plain):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.features(x).view(2, 8))


class ReturnsMap(Plain):
    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


def no_module() -> str:
    return "text"


READY = Plain()
