"""Writes test/fixtures/attack/detached.pt: a classifier whose features have no gradient."""

from pathlib import Path

import torch
from torch import Tensor, nn

from torchscript_archive import save_torchscript


class Detached(nn.Module):
    """[N, 3, H, W] -> [N, 2]; the features are cut off from the image."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(torch.relu(self.conv(x)).mean([2, 3]).detach())


torch.manual_seed(0)
target = Path(__file__).parent.parent / "test" / "fixtures" / "attack" / "detached.pt"
save_torchscript(torch.jit.trace(Detached().eval(), torch.zeros(2, 3, 16, 16)), target)
