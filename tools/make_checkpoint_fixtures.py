"""Writes test/fixtures/checkpoints: small files of torch.save and numpy.save, and what is in them.

    python tools/make_checkpoint_fixtures.py [--to test/fixtures/checkpoints]

`expected.json` holds shape, type and values of every tensor, by file and name. Values are exact in
every type that is used. Files named `hostile-*` want code to be run; a reader must refuse them by the
name of what they want. `legacy.pt` and `act_space*.npy` hold addresses and differ from run to run.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

DTYPES = {
    "float64": torch.float64,
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int64": torch.int64,
    "int32": torch.int32,
    "uint8": torch.uint8,
}


def zoo() -> OrderedDict[str, Tensor]:
    """A tensor of every type and every way to lie in its storage."""
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 4 - 2
    tensors = OrderedDict(
        (name, torch.arange(6).reshape(2, 3).to(dtype)) for name, dtype in DTYPES.items()
    )
    tensors["bool"] = torch.tensor([True, False, True])
    tensors["whole"] = base
    tensors["transposed"] = base.permute(2, 0, 1)
    tensors["sliced"] = base[:, 1:, ::2]
    tensors["expanded"] = torch.tensor([[1.5], [2.5]]).expand(2, 4)
    tensors["scalar"] = torch.tensor(7)
    tensors["empty"] = torch.zeros(0, 3)
    tensors["halves"] = torch.tensor(
        [0.0, -0.0, 1.0, -1.5, 65504.0, 2.0**-24, 2.0**-14, float("inf"), float("-inf")]
    ).half()
    tensors["parameter"] = nn.Parameter(torch.tensor([3.25, -4.5]), requires_grad=True)
    return tensors


def describe(tensor: Tensor) -> dict[str, Any]:
    values = tensor.detach().reshape(-1)
    values = values.long() if not values.is_floating_point() else values.double()
    return {
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "values": [shown(value) for value in values.tolist()],
    }


def shown(value: float) -> float | str:
    """JSON knows no infinities; readers of it differ about the sign of zero."""
    if abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0" if str(value) == "-0.0" else value


def checkpoint() -> dict[str, Any]:
    """What training scripts store beside weights."""
    return {
        "epoch": 90,
        "big": 2**70,
        "negative": -(2**40),
        "lr": 0.1,
        "name": "r\u00e9sum\u00e9",
        "nothing": None,
        "flags": (True, False),
        "nested": [1, [2, (3,)], {"a": b"\x00\xff"}],
        "size": torch.Size([2, 3]),
        "device": torch.device("cuda", 1),
        "best": np.float64(76.125),
        "curve": np.array([[1.5, 2.5], [3.5, 4.5]], dtype=np.float32, order="F"),
        "state_dict": OrderedDict(weight=torch.tensor([[1.0, 2.0]])),
    }


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call


def write_torch(folder: Path) -> dict[str, Any]:
    tensors = zoo()
    torch.save(tensors, folder / "zip.pt")
    torch.save(tensors, folder / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.save(tensors, folder / "zip-protocol-5.pt", pickle_protocol=5)
    (folder / "big-endian.pt").write_bytes(big_endian(OrderedDict(x=torch.tensor([1.0, -2.5]))))
    torch.save(checkpoint(), folder / "checkpoint.pt")
    torch.save({"weight": Call(os.system, "echo run > /dev/null")}, folder / "hostile-zip.pt")
    torch.save(
        Call(os.system, "true"), folder / "hostile-legacy.pt", _use_new_zipfile_serialization=False
    )
    torch.save({"model": nn.Linear(2, 2)}, folder / "hostile-module.pt")
    return {name: describe(tensor) for name, tensor in tensors.items()}


def big_endian(value: Any) -> bytes:
    """The same archive as a machine of the other byte order writes it (float32 alone)."""
    original, changed = io.BytesIO(), io.BytesIO()
    torch.save(value, original)
    with zipfile.ZipFile(original) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("/byteorder"):
                content = b"big"
            if "/data/" in name:
                content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
            target.writestr(zipfile.ZipInfo(name), content)
    return changed.getvalue()


def write_alphas(folder: Path) -> None:
    """As spurious_alphas_train_NNN.pt: the alphas of 12 images."""
    columns = torch.arange(12 * 5, dtype=torch.float32).reshape(12, 5) / 8
    torch.save(columns, folder / "alphas-wide.pt")
    torch.save(columns[:, :3], folder / "alphas-three.pt")
    torch.save(columns[:, 0].clone(), folder / "alphas-one.pt")
    torch.save(columns.numpy(), folder / "alphas-numpy.pt")
    torch.save({1: columns[:, 1].clone(), 3: columns[:, 3].clone()}, folder / "alphas-dict.pt")


def act_space() -> dict[str, Any]:
    """As the original's ActivationSpace.save: N = 6 images, d = 4 features."""
    generator = torch.Generator().manual_seed(0)
    act = torch.randn(6, 4, generator=generator)
    values, vectors = np.linalg.eigh(np.cov(act.numpy().T))
    eigenvectors = torch.tensor(vectors[:, np.argsort(values)[::-1]].copy(), dtype=torch.float32)
    mean = act.mean(0)
    return {
        "act_train": act,
        "eigenvectors": eigenvectors,
        "alpha_train": (act - mean) @ eigenvectors * eigenvectors.sum(0),
        "pca_mean": mean,
        "conf_train": np.linspace(0, 1, 18, dtype=np.float32).reshape(6, 3),
    }


def write_numpy(folder: Path) -> dict[str, Any]:
    space = act_space()
    np.save(folder / "act_space.npy", space)
    unscaled = space["alpha_train"] / space["eigenvectors"].sum(0)
    np.save(folder / "act_space-unscaled.npy", {**space, "alpha_train": unscaled})
    nothing = {"eigenvectors": None, "alpha_train": None, "conf_train": None}
    np.save(folder / "act_space-activations.npy", {**space, **nothing})
    np.save(folder / "act_space-unsure.npy", {**space, "conf_train": None})
    np.save(folder / "array.npy", np.arange(6, dtype=">i4").reshape(2, 3))
    np.save(folder / "fortran.npy", np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3)))
    objects = np.empty(2, dtype=object)
    objects[:] = [{"a": 1}, "text"]
    np.save(folder / "objects.npy", objects)
    np.save(folder / "hostile.npy", np.array({"x": Call(os.system, "true")}, dtype=object))
    return {
        name: describe(value if isinstance(value, Tensor) else torch.from_numpy(value))
        for name, value in space.items()
    }


def write_pickles(folder: Path) -> None:
    value = {
        "ints": [0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**63, -(2**100)],
        "floats": [0.5, -1e300, float("inf")],
        "texts": ["", "plain", "caf\u00e9 \u4e2d \U0001f600", "line\nbreak \\ 'quote'", "x" * 300],
        "constants": [None, True, False],
        "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "dicts": [{}, {"a": {"b": [1]}}, OrderedDict(z=1, a=2)],
    }
    shared = [1]
    value["shared"] = [shared, shared]
    for protocol in range(6):
        (folder / f"protocol-{protocol}.pkl").write_bytes(pickle.dumps(value, protocol))
    for protocol in (3, 4, 5):
        content = {"bytes": b"\x00\x01\xff", "long": b"y" * 300}
        if protocol == 5:
            content["array"] = bytearray(b"abc")
        (folder / f"bytes-{protocol}.pkl").write_bytes(pickle.dumps(content, protocol))
    for protocol in (0, 4):
        (folder / f"hostile-{protocol}.pkl").write_bytes(
            pickle.dumps(Call(os.system, "true"), protocol)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).parent.parent / "test" / "fixtures" / "checkpoints"
    parser.add_argument("--to", type=Path, default=default)
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    write_pickles(folder)
    write_alphas(folder)
    torch.manual_seed(0)
    expected = {"zoo": write_torch(folder), "act_space": write_numpy(folder)}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
