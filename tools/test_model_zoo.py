"""Tiny classifiers, one per way of writing a classifier that a user may bring.

Every network has a `body` that returns the penultimate features; make_test_models.py traces or
scripts them and records what each must answer.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH = 16
CLASSES = 10
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
TEMPERATURE = 1.7


class Block(nn.Module):
    """conv-bn-relu with a residual branch, in place where real networks are."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn(self.conv(x))
        out += x
        return self.relu(out)


class ConvMap(nn.Sequential):
    """[N, channels, H, W] -> [N, 16, H/4, W/4]."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__(
            nn.Conv2d(channels, 8, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, WIDTH, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(WIDTH),
            nn.ReLU(inplace=True),
            Block(WIDTH),
        )


class ConvBody(nn.Module):
    """[N, channels, H, W] -> [N, 16] by global average pooling."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.map = ConvMap(channels)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(self.pool(self.map(x)), 1)


class ConvNet(nn.Module):
    def __init__(self, classes: int = CLASSES, channels: int = 3, bias: bool = True) -> None:
        super().__init__()
        self.body = ConvBody(channels)
        self.fc = nn.Linear(WIDTH, classes, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x))


class ResNetLike(ConvNet):
    """A second seed of the plain network under another type name."""


# Wrappers ---------------------------------------------------------------------------------------


class DataParallelLike(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x)


class NormalizingModel(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.model((x - self.mean) / self.std)


class TransformNormalize(nn.Module):
    """The statements of torchvision.transforms.functional.normalize."""

    def __init__(self, mean: list[float], std: list[float]) -> None:
        super().__init__()
        self.mean = mean
        self.std = std

    def forward(self, tensor: Tensor) -> Tensor:
        tensor = tensor.clone()
        dtype = tensor.dtype
        mean = torch.as_tensor(self.mean, dtype=dtype, device=tensor.device)
        std = torch.as_tensor(self.std, dtype=dtype, device=tensor.device)
        if (std == 0).any():
            raise ValueError("std evaluated to zero, leading to division by zero.")
        if mean.ndim == 1:
            mean = mean.view(-1, 1, 1)
        if std.ndim == 1:
            std = std.view(-1, 1, 1)
        return tensor.sub_(mean).div_(std)


class TemperatureBuffer(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("temperature", torch.tensor(TEMPERATURE))

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) / self.temperature


class TemperatureNumber(nn.Module):
    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.temperature = TEMPERATURE

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x) / self.temperature


# Outputs ----------------------------------------------------------------------------------------


class ReturnsTuple(ConvNet):
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(x)
        return self.fc(features), features


class ReturnsList(ConvNet):
    def forward(self, x: Tensor) -> list[Tensor]:
        features = self.body(x)
        return [self.fc(features), features]


class ReturnsDict(ConvNet):
    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.body(x)
        return {"features": features, "logits": self.fc(features)}


class ClassifierOutput(NamedTuple):
    loss: Tensor | None
    logits: Tensor
    hidden_state: Tensor


class ReturnsNamedTuple(ConvNet):
    def forward(self, x: Tensor) -> ClassifierOutput:
        features = self.body(x)
        return ClassifierOutput(loss=None, logits=self.fc(features), hidden_state=features)


class EndsWithSoftmax(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.fc(self.body(x)), dim=1)


class EndsWithLogSoftmax(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        return F.log_softmax(self.fc(self.body(x)), dim=-1)


# Heads ------------------------------------------------------------------------------------------


class AddmmHead(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        return torch.addmm(self.fc.bias, self.body(x), self.fc.weight.t())


class MatmulHead(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        return torch.matmul(self.body(x), self.fc.weight.t()) + self.fc.bias


class ConvHead(nn.Module):
    """A 1x1 convolution on the pooled map, as MobileNetV3 and others have."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential()
        self.body.add_module("map", ConvMap())
        self.body.add_module("pool", nn.AdaptiveAvgPool2d(1))
        self.fc = nn.Conv2d(WIDTH, CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(self.fc(self.body(x)), 1)


class DropoutSqueezeHead(ConvNet):
    def __init__(self) -> None:
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        features = self.drop(self.body(x)).unsqueeze(1)  # [N, 1, 16]
        return self.drop(self.fc(features)).squeeze(1)


class FlattenHead(nn.Module):
    """No pooling: the head's weight fixes the input size."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential()
        self.body.add_module("map", nn.Conv2d(3, 4, 3, stride=4, padding=1))
        self.body.add_module("relu", nn.ReLU())
        self.body.add_module("flatten", nn.Flatten(1))
        self.fc = nn.Linear(4 * 8 * 8, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x))


class SqueezeNetLike(nn.Module):
    """The classifier is a 1x1 convolution BEFORE the pooling: no linear layer on features."""

    def __init__(self) -> None:
        super().__init__()
        self.body = ConvMap()
        self.conv = nn.Conv2d(WIDTH, CLASSES, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(F.adaptive_avg_pool2d(F.relu(self.conv(self.body(x))), 1), 1)


class ReturnsImage(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.conv(x))


# Control flow and shapes ------------------------------------------------------------------------


class FixedBatchBody(ConvBody):
    """`view` with the batch as a number, which tracing keeps."""

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.batch = batch

    def forward(self, x: Tensor) -> Tensor:
        return self.pool(self.map(x)).view(self.batch, -1)


class FixedBatch(ConvNet):
    def __init__(self, batch: int) -> None:
        super().__init__()
        self.body = FixedBatchBody(batch)


class SizeDependent(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] > 32:
            x = F.avg_pool2d(x, 2)
        return self.fc(self.body(x))


class ControlFlow(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        steps = 0
        while steps < 3 and bool(x.mean() < 0.6):
            x = x * 1.25
            steps += 1
        return self.fc(self.body(x))


class Raises(ConvNet):
    def forward(self, x: Tensor) -> Tensor:
        if x.shape[0] > 0:
            raise ValueError("this model refuses every picture")
        return self.fc(self.body(x))


# Families ---------------------------------------------------------------------------------------


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        n, t, d = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(q, k, v)
        return self.proj(out.transpose(1, 2).reshape(n, t, d))


class EncoderLayer(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attention = Attention(dim, 2)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class VitBody(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 8, stride=8)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.position = nn.Parameter(torch.zeros(1, 17, WIDTH))
        self.layers = nn.Sequential(EncoderLayer(WIDTH), EncoderLayer(WIDTH))
        self.map = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls_token.expand(x.shape[0], -1, -1), tokens], dim=1)
        return self.map(self.layers(tokens + self.position))[:, 0]


class VisionTransformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = VitBody()
        self.fc = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x))


class ConvNeXtBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.conv_dw = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim))
        self.gamma = nn.Parameter(torch.full((dim,), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        out = self.mlp(self.norm(self.conv_dw(x).permute(0, 2, 3, 1))) * self.gamma
        return x + out.permute(0, 3, 1, 2)


class ConvNeXtBody(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.map = nn.Sequential(nn.Conv2d(3, WIDTH, 4, stride=4), ConvNeXtBlock(WIDTH))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.map(x).mean([-2, -1]))


class ConvNeXtLike(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = ConvNeXtBody()
        self.fc = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.body(x))
