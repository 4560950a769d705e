"""Pictures read and prepared as the original's pipeline does, by Pillow."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


def list_pictures(folder: Path) -> list[Path]:
    """Pictures below a folder, in the order of their names' code points."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def read_rgb(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def resize_shorter(image: Image.Image, side: int) -> Image.Image:
    width, height = image.size
    if width <= height:
        size = (side, int(side * height / width))
    else:
        size = (int(side * width / height), side)
    return image.resize(size, Image.Resampling.BICUBIC)


def prepare_val(image: Image.Image, size: int) -> Image.Image:
    """Shorter side to 256/224 of the size, then the centre."""
    image = resize_shorter(image, int(256 / 224 * size))
    left, top = (round((length - size) / 2.0) for length in image.size)
    return image.crop((left, top, left + size, top + size))


def prepare_spurious(image: Image.Image, size: int) -> Image.Image:
    return resize_shorter(image, size)
