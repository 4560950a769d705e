"""Writing TorchScript archives that hold the same bytes every time.

torch.jit.save stores, beside the code, the source file and line every operation came from
(`*.debug_pkl`): paths of the machine that made the file. They are left out here; nothing but the
Python half of a TorchScript traceback is lost.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

METADATA_FILE = "spurious_native.json"
VERSION_RECORDS = ("version", ".data/version")  # where it is kept depends on the other records
WRITTEN_BY_WRITER = (*VERSION_RECORDS, "byteorder", ".data/serialization_id")


def save_torchscript(
    module: torch.jit.ScriptModule,
    path: Path,
    extra_files: Mapping[str, str] | None = None,
    check: Callable[[Path], None] | None = None,
) -> str:
    """Writes `module` with `extra_files` (name -> text); returns the file's SHA-256.

    `check` is given the finished file before it takes its place; what it throws leaves no file.
    """
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        raw = Path(folder) / "raw"
        torch.jit.save(module, str(raw), _extra_files=dict(extra_files or {}))
        # The archive's top folder is named after the file; the temporary name keeps it.
        temporary = Path(folder) / path.name
        copy_records(raw, temporary)
        raw.unlink()
        if check is not None:
            check(temporary)
        digest = sha256_of(temporary)
        os.replace(temporary, path)
    return digest


def copy_records(source: Path, target: Path) -> None:
    """Copies an archive without its debug records, one record at a time."""
    with zipfile.ZipFile(source) as archive:
        names = {name.split("/", 1)[1]: name for name in archive.namelist()}
        version = max(int(archive.read(names[name])) for name in VERSION_RECORDS if name in names)
        writer = torch._C.PyTorchFileWriter(str(target))
        writer.set_min_version(version)
        for name, full_name in names.items():
            if not name.endswith(".debug_pkl") and name not in WRITTEN_BY_WRITER:
                content = archive.read(full_name)
                writer.write_record(name, content, len(content))
        writer.write_end_of_file()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
