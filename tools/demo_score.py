"""The method in a few lines of Python, to check the demo by: preprocessing, score, neural PCA."""

from __future__ import annotations

from collections.abc import Sequence
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
        left, top = (int(round((side - size) / 2.0)) for side in target)
        image = image.crop((left, top, left + size, top + size))
    return np.asarray(image)


def to_input(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [..., H, W, 3] -> float32 [..., 3, H, W] in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32) / np.float32(255)).movedim(-1, -3).contiguous()


def logits_of(model: nn.Module, files: Sequence[Path], size: int, crop: bool) -> np.ndarray:
    """One picture at a time, as their shapes differ: float32 [N, classes]."""
    rows = []
    with torch.no_grad():
        for file in files:
            with Image.open(file) as image:
                rows.append(model(to_input(paper_v2(image, size, crop))[None])[0])
    return torch.stack(rows).numpy()


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


def neural_pca(features: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """alpha_l of the images themselves: [N, min(N - 1, d)], components by descending eigenvalue.

    features [N, d] are penultimate features of one class's training images, weight [d] its row of
    the last layer. alpha_l(x) = <1, v_l> <psi(x) - mean, v_l> with psi(x) = weight * features(x).
    """
    psi = features.astype(np.float64) * weight.astype(np.float64)
    centred = psi - psi.mean(0)
    directions = np.linalg.svd(centred, full_matrices=False)[2]
    directions = directions[: min(len(psi) - 1, psi.shape[1])]
    return centred @ directions.T * directions.sum(1)
