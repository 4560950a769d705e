"""The pixels that every side is given, as PyTorch wants them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor


def triple(text: str) -> Tensor:
    """Text "r,g,b" -> [1, 3, 1, 1]."""
    return torch.tensor([float(value) for value in text.split(",")]).view(1, 3, 1, 1)


def normalized_batch(path: Path, batch: int, size: int, mean: str, std: str) -> Tensor:
    """A file of bytes [N, S, S, 3] -> [N, 3, S, S], contiguous, scaled to [0, 1] and normalised."""
    pixels = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
    images = pixels.view(batch, size, size, 3).permute(0, 3, 1, 2).float() / 255
    return ((images - triple(mean)) / triple(std)).contiguous()
