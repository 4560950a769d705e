"""Files that a user may hand over in place of a TorchScript model."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import torch
from torch import nn

from torchscript_archive import save_torchscript


def write_broken_files(folder: Path, module: nn.Module) -> list[dict[str, str]]:
    """Writes them; returns for each the file name, what it is and the error code it must get.

    The file in the legacy format holds addresses of this process: its bytes differ between runs.
    """
    torch.manual_seed(0)
    module.eval()
    found: list[dict[str, str]] = []

    def write(name: str, content: bytes, note: str, code: str) -> None:
        (folder / name).write_bytes(content)
        found.append({"file": name, "note": note, "code": code})

    save_torchscript(torch.jit.script(module), folder / "truncated.pt")
    whole = (folder / "truncated.pt").read_bytes()
    write("truncated.pt", whole[: len(whole) // 2], "first half of an archive", "MODEL_DAMAGED")
    foreign = "MODEL_NOT_TORCHSCRIPT"
    write("state_dict.pt", saved(module.state_dict()), "torch.save of a state dict", foreign)
    write("pickled_module.pt", saved(nn.Sequential(nn.Linear(4, 2))), "torch.save of a module", foreign)
    legacy = saved(module.state_dict(), zip_format=False)
    write("legacy_state_dict.pt", legacy, "a state dict in the format before torch 1.6", foreign)
    write("model.onnx", onnx_model(), "an ONNX model", foreign)
    write("other.zip", plain_zip(), "a zip file of something else", foreign)
    write("text.pt", b"this is no model\n" * 8, "text", foreign)
    write("empty.pt", b"", "nothing", foreign)
    return found


def saved(value: object, zip_format: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=zip_format)
    return buffer.getvalue()


def plain_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("readme.txt", date_time=(2024, 1, 1, 0, 0, 0))
        archive.writestr(entry, "not a model\n")
    return buffer.getvalue()


def onnx_model() -> bytes:
    """y = relu(x), the smallest valid ONNX file."""
    from onnx import TensorProto, checker, helper

    shape = [1, 3, 8, 8]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "relu",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model.SerializeToString(deterministic=True)
