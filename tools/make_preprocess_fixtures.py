"""Writes test/fixtures/preprocess-core: small pictures and what Pillow makes of them.

    python tools/make_preprocess_fixtures.py [--to test/fixtures/preprocess-core]

`jpeg/NAME.jpg` with `jpeg/NAME.npy`, its RGB pixels as Pillow decodes them; `refused/*.jpg` are
JPEG files that are left to another decoder; `resize/*.npy` are sources and results, listed with
their sizes in `resize/cases.json`. All arrays are uint8 [height, width, 3]. A second run writes the
same bytes (same Pillow, same libjpeg-turbo: versions.json names them).
"""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from PIL import Image, features

FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


def picture(width: int, height: int, seed: int, noise: float = 12.0) -> np.ndarray:
    """Gradients, a disc with a sharp rim, stripes and noise, in saturated colours."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(width, height)
    out = np.empty((height, width, 3))
    for c in range(3):
        out[..., c] = 128 + 110 * np.sin(5 * x * random.uniform(0.5, 2) + 4 * y + 2 * c)
    disc = (x - random.uniform(0.2, 0.8)) ** 2 + (y - random.uniform(0.2, 0.8)) ** 2 < 0.05
    out[disc] = random.uniform(0, 255, 3)
    out[: max(1, height // 5), ::2] = [255, 0, 0]
    out += random.normal(0, noise, out.shape)
    return np.clip(out, 0, 255).astype(np.uint8)


def random_pixels(width: int, height: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def checkerboard(width: int, height: int) -> np.ndarray:
    """Black and white single pixels: weights of both signs at their worst."""
    y, x = np.mgrid[0:height, 0:width]
    board = np.where((x // 2 + y // 3) % 2 == 0, 0, 255)
    return np.repeat(board[..., None], 3, axis=2).astype(np.uint8)


def jpeg(pixels: np.ndarray, mode: str = "RGB", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def coarser(data: bytes) -> bytes:
    """All quantisation factors at their largest: coefficients overflow 16 bits."""
    out = bytearray(data)
    at = data.find(b"\xff\xdb")
    while at >= 0:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        for table in range(at + 4, at + 2 + length, 65):
            out[table + 1 : table + 65] = b"\xff" * 64
        at = data.find(b"\xff\xdb", at + length)
    return bytes(out)


def jpeg_files() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, subsampling in (("444", "4:4:4"), ("422", "4:2:2"), ("420", "4:2:0")):
        for seed, (width, height) in enumerate([(33, 31), (5, 3), (48, 32), (67, 18)]):
            files[f"{name}-{width}x{height}"] = jpeg(
                picture(width, height, seed), subsampling=subsampling, quality=85
            )
        files[f"{name}-restart-1"] = jpeg(
            picture(45, 37, 7), subsampling=subsampling, restart_marker_blocks=1
        )
        files[f"{name}-restart-rows"] = jpeg(
            picture(45, 37, 8), subsampling=subsampling, restart_marker_rows=1
        )
        files[f"{name}-coarse"] = jpeg(picture(40, 30, 9), subsampling=subsampling, quality=3)
        files[f"{name}-random"] = jpeg(
            random_pixels(31, 27, 10), subsampling=subsampling, quality=100, optimize=True
        )
        files[f"{name}-overflow"] = coarser(
            jpeg(random_pixels(37, 33, 11), subsampling=subsampling, quality=98)
        )
    for width, height in [(1, 1), (8, 8), (29, 23), (70, 9)]:
        files[f"grey-{width}x{height}"] = jpeg(picture(width, height, width), "L", quality=80)
    files["grey-restart"] = jpeg(picture(50, 41, 12), "L", restart_marker_blocks=3)
    files["grey-overflow"] = coarser(jpeg(random_pixels(26, 26, 13), "L", quality=98))
    files["444-1x1"] = jpeg(picture(1, 1, 14), subsampling="4:4:4")
    files["420-large"] = jpeg(picture(131, 97, 15), subsampling="4:2:0", quality=92)
    files["420-comment-exif"] = jpeg(
        picture(24, 20, 16), subsampling="4:2:0", comment="no picture data", exif=orientation(6)
    )
    return files


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def refused_files() -> dict[str, bytes]:
    pixels = picture(40, 30, 20)
    return {
        "progressive": jpeg(pixels, progressive=True),
        "progressive-grey": jpeg(pixels, "L", progressive=True),
        "cmyk": jpeg(pixels, "CMYK"),
        "coded-as-rgb": jpeg(pixels, keep_rgb=True),
        "narrow-420": jpeg(picture(4, 30, 21), subsampling="4:2:0"),
        "narrow-422": jpeg(picture(3, 30, 22), subsampling="4:2:2"),
    }


def resize_sources() -> dict[str, np.ndarray]:
    return {
        "photo": picture(61, 47, 30, noise=4),
        "random": random_pixels(24, 90, 31),
        "board": checkerboard(40, 36),
        "column": random_pixels(1, 50, 32),
        "strip": picture(150, 3, 33),
    }


# source, size of the whole result, left, top, width and height of the part of it that is wanted
RESIZES = [
    ("photo", (40, 31), (0, 0, 40, 31)),
    ("photo", (40, 31), (5, 3, 28, 25)),
    ("photo", (29, 22), (3, 0, 22, 22)),
    ("photo", (61, 20), (0, 0, 61, 20)),  # one axis only
    ("photo", (33, 47), (1, 2, 31, 40)),
    ("photo", (61, 47), (10, 5, 33, 32)),  # a crop alone
    ("photo", (100, 77), (20, 10, 64, 64)),  # larger
    ("photo", (7, 5), (0, 0, 7, 5)),
    ("photo", (1, 1), (0, 0, 1, 1)),
    ("photo", (58, 9), (0, 0, 58, 9)),  # the vertical pass comes first
    ("photo", (70, 40), (30, 10, 40, 20)),  # larger and smaller at once
    ("random", (20, 75), (0, 20, 20, 20)),
    ("random", (48, 180), (1, 100, 47, 32)),
    ("random", (23, 30), (0, 0, 23, 30)),
    ("board", (13, 11), (0, 0, 13, 11)),
    ("board", (57, 51), (0, 0, 57, 51)),
    ("board", (39, 35), (2, 2, 33, 31)),
    ("column", (1, 21), (0, 0, 1, 21)),
    ("column", (9, 50), (0, 0, 9, 50)),
    ("strip", (30, 1), (4, 0, 20, 1)),
    ("strip", (160, 9), (100, 0, 60, 9)),
]


def save(path: Path, pixels: np.ndarray) -> None:
    np.save(path, np.ascontiguousarray(pixels))


def decoded(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def write_resizes(folder: Path) -> None:
    sources = resize_sources()
    for name, pixels in sources.items():
        save(folder / f"{name}.npy", pixels)
    cases = []
    for name, (width, height), (left, top, crop_width, crop_height) in RESIZES:
        for interpolation, resample in FILTERS.items():
            whole = Image.fromarray(sources[name]).resize((width, height), resample)
            part = whole.crop((left, top, left + crop_width, top + crop_height))
            file = f"{name}-{width}x{height}-{left}-{top}-{crop_width}x{crop_height}-{interpolation}.npy"
            save(folder / file, np.asarray(part))
            cases.append(
                {
                    "source": f"{name}.npy",
                    "result": file,
                    "filter": interpolation,
                    "resize": [width, height],
                    "crop": [left, top, crop_width, crop_height],
                }
            )
    (folder / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "preprocess-core"
    parser.add_argument("--to", type=Path, default=default)
    root = parser.parse_args().to
    for part in ("jpeg", "refused", "resize"):
        (root / part).mkdir(parents=True, exist_ok=True)

    for name, data in jpeg_files().items():
        (root / "jpeg" / f"{name}.jpg").write_bytes(data)
        save(root / "jpeg" / f"{name}.npy", decoded(data))
    for name, data in refused_files().items():
        (root / "refused" / f"{name}.jpg").write_bytes(data)
    write_resizes(root / "resize")
    versions = {"pillow": PIL.__version__, "libjpeg-turbo": features.version("libjpeg_turbo")}
    (root / "versions.json").write_text(json.dumps(versions) + "\n")


if __name__ == "__main__":
    main()
