"""The method in a few lines of Python, to check the demo by: preprocessing, score, PCA, SpuFix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn


def paper_v2(image: Image.Image, size: int, crop: bool) -> np.ndarray:
    """Pixels of the preset paper-v2: uint8 [H, W, 3]. `crop` for val images, not for spurious ones."""
    image = image.convert("RGB")
    short = int(256 / 224 * size) if crop else size
    width, height = image.size
    if width <= height:
        target = (short, int(short * height / width))
    else:
        target = (int(short * width / height), short)
    image = image.resize(target, Image.Resampling.BICUBIC)
    if crop:
        left, top = (round((side - size) / 2.0) for side in target)
        image = image.crop((left, top, left + size, top + size))
    return np.asarray(image)


def to_input(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [..., H, W, 3] -> float32 [..., 3, H, W] in [0, 1]."""
    return (
        torch.from_numpy(pixels.astype(np.float32) / np.float32(255)).movedim(-1, -3).contiguous()
    )


def forward(
    model: nn.Module, files: Sequence[Path], size: int, crop: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Features float32 [N, d] and logits float32 [N, classes], one picture at a time."""
    rows = []
    with torch.no_grad():
        for file in files:
            with Image.open(file) as image:
                rows.append(model.features(to_input(paper_v2(image, size, crop))[None])[0])
        features = torch.stack(rows)
        return features.numpy(), model.fc(features).numpy()


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Softmax in float64, rounded to float32: [N, classes]."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(1, keepdims=True))
    return (shifted / shifted.sum(1, keepdims=True)).astype(np.float32)


def average_precision(positives: np.ndarray, negatives: np.ndarray) -> float:
    """Step integral over the precision-recall curve, ties grouped (scikit-learn's definition)."""
    scores = np.concatenate([positives, negatives])
    found = total = 0.0
    for threshold in np.unique(scores)[::-1]:
        hits = float((positives >= threshold).sum())
        total += (hits - found) * hits / float((scores >= threshold).sum())
        found = hits
    return total / len(positives)


def auroc(positives: np.ndarray, negatives: np.ndarray) -> float:
    """Probability that a positive ranks above a negative, ties counting half."""
    difference = positives[:, None].astype(np.float64) - negatives[None].astype(np.float64)
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


@dataclass(frozen=True)
class NeuralPca:
    """Principal directions of psi(x) = weight * features(x) over one class's training images."""

    weight: np.ndarray  # [d], the class's row of the last layer
    mean: np.ndarray  # [d]
    directions: np.ndarray  # [m, d], by descending eigenvalue
    eigenvalues: np.ndarray  # [m]

    def centred(self, features: np.ndarray) -> np.ndarray:
        """psi - mean: [N, d]."""
        return features.astype(np.float64) * self.weight - self.mean

    def alphas(self, features: np.ndarray) -> np.ndarray:
        """alpha_l(x) = <1, v_l> <psi(x) - mean, v_l>: [N, m]."""
        return self.centred(features) @ self.directions.T * self.directions.sum(1)


def neural_pca(features: np.ndarray, weight: np.ndarray) -> NeuralPca:
    """From features [N, d] of the training images and weight [d]; m = min(N - 1, d) directions."""
    weight = weight.astype(np.float64)
    psi = features.astype(np.float64) * weight
    mean = psi.mean(0)
    _, singular, directions = np.linalg.svd(psi - mean, full_matrices=False)
    rank = min(len(psi) - 1, psi.shape[1])
    return NeuralPca(weight, mean, directions[:rank], singular[:rank] ** 2 / (len(psi) - 1))


@dataclass(frozen=True)
class Fix:
    """SpuFix for one component of one class."""

    pca: NeuralPca
    direction: np.ndarray  # [d], of length 1

    def amount(self, features: np.ndarray) -> np.ndarray:
        """What is taken from the class's logit, max(beta, 0): [N]."""
        share = self.pca.centred(features) @ self.direction
        return np.maximum(share * self.direction.sum(), 0)


def fit_fix(pca: NeuralPca, component: int, features: np.ndarray) -> Fix:
    """From the features [N, d] of the class's training images."""
    direction = pca.alphas(features)[:, component] @ pca.centred(features)
    return Fix(pca, direction / np.linalg.norm(direction))
