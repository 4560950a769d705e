"""Writing TorchScript archives that hold the same bytes every time.

torch.jit.save stores, beside the code, the source file and line every operation came from
(`*.debug_pkl`): paths of the machine that made the file. They are left out here; nothing but the
Python half of a TorchScript traceback is lost.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch

METADATA_FILE = "spurious_native.json"
VERSION_RECORDS = ("version", ".data/version")  # where it is kept depends on the other records
WRITTEN_BY_WRITER = (*VERSION_RECORDS, "byteorder", ".data/serialization_id")


def save_torchscript(
    module: torch.jit.ScriptModule, path: Path, extra_files: Mapping[str, str] | None = None
) -> str:
    """Writes `module` with `extra_files` (name -> text); returns the file's SHA-256."""
    buffer = io.BytesIO()
    torch.jit.save(module, buffer, _extra_files=dict(extra_files or {}))
    with zipfile.ZipFile(buffer) as archive:
        records = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    version = max(int(records[name]) for name in VERSION_RECORDS if name in records)
    # The archive's top folder is named after the file; the temporary name keeps it.
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        writer = torch._C.PyTorchFileWriter(str(temporary))
        writer.set_min_version(version)
        for name, content in records.items():
            if not name.endswith(".debug_pkl") and name not in WRITTEN_BY_WRITER:
                writer.write_record(name, content, len(content))
        writer.write_end_of_file()
        os.replace(temporary, path)
    return sha256_of(path)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
