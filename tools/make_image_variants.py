"""Writes test/fixtures/images: tiny pictures of every variant of a format, and what Pillow says.

    python tools/make_image_variants.py [--to test/fixtures/images]

`expected.json` lists the files with a note, and the size and SHA-256 of the RGB bytes that Pillow
makes of each, or the exception that it raises. A second run writes the same bytes (same Pillow).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import PIL
from PIL import Image

WIDTH, HEIGHT = 7, 5  # odd, so that rows need padding

Files = dict[str, tuple[bytes, str]]  # content and note, by name


def picture(width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def indices(colours: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    return np.random.default_rng(2).integers(0, colours, (height, width), dtype=np.uint8)


def palette(colours: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (colours, 3), dtype=np.uint8)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


# --- BMP ------------------------------------------------------------------------------------------


def packed_rows(rows: np.ndarray, bits: int) -> bytes:
    """Indices or pixel values, one number each, packed and padded to four bytes a row."""
    out = b""
    for row in rows:
        if bits >= 8:
            line = b"".join(int(v).to_bytes(bits // 8, "little") for v in row)
        else:
            text = "".join(format(int(v), f"0{bits}b") for v in row)
            text += "0" * (-len(text) % 8)
            line = int(text, 2).to_bytes(len(text) // 8, "big")
        out += line + b"\0" * (-len(line) % 4)
    return out


def bmp(
    bits: int,
    data: bytes,
    colours: bytes = b"",
    compression: int = 0,
    masks: tuple[int, ...] = (),
    header_size: int = 40,
    height: int = HEIGHT,
    used: int = 0,
    offset: int | None = None,
) -> bytes:
    if header_size == 12:
        header = struct.pack("<IHHHH", 12, WIDTH, height, 1, bits)
    else:
        header = struct.pack(
            "<IiiHHIIiiII", header_size, WIDTH, height, 1, bits, compression, len(data), 0, 0, used, 0
        )
        inside = b"".join(struct.pack("<I", mask) for mask in masks)
        header += inside[: header_size - 40] if header_size > 40 else inside
        header = header.ljust(header_size, b"\0")
    start = 14 + len(header) + len(colours)
    top = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start if offset is None else offset)
    return top + header + colours + data


def bgr0(table: np.ndarray) -> bytes:
    return b"".join(bytes([b, g, r, 0]) for r, g, b in table.tolist())


def bgr(table: np.ndarray) -> bytes:
    return b"".join(bytes([b, g, r]) for r, g, b in table.tolist())


def grey_ramp(colours: int) -> np.ndarray:
    step = 255 if colours == 2 else 1
    return np.repeat(np.arange(colours)[:, None] * step, 3, axis=1).astype(np.uint8)


def word(rgb: np.ndarray, masks: tuple[int, int, int]) -> np.ndarray:
    out = np.zeros(rgb.shape[:2], dtype=np.int64)
    for channel, mask in enumerate(masks):
        shift = (mask & -mask).bit_length() - 1
        largest = mask >> shift
        out |= (rgb[..., channel].astype(np.int64) * largest // 255) << shift
    return out


def bmp_files() -> Files:
    rgb = picture()
    up = rgb[::-1]  # rows as they are stored
    files: Files = {}
    for bits in (1, 4, 8):
        data = packed_rows(indices(2**bits)[::-1], bits)
        colours = bgr0(palette(2**bits))
        files[f"bmp-{bits}"] = (bmp(bits, data, colours), f"{bits} bits, palette")
        files[f"bmp-{bits}-os2"] = (
            bmp(bits, data, bgr(palette(2**bits)), header_size=12),
            f"{bits} bits, header of OS/2",
        )
    grey = grey_ramp(256)
    files["bmp-8-grey"] = (bmp(8, packed_rows(indices(256)[::-1], 8), bgr0(grey)), "a grey ramp")
    files["bmp-1-grey"] = (
        bmp(1, packed_rows(indices(2)[::-1], 1), bgr0(grey_ramp(2))),
        "black and white",
    )
    few = bgr0(palette(5))
    files["bmp-8-few"] = (bmp(8, packed_rows(indices(5), 8), few, used=5), "a palette of 5 colours")
    files["bmp-8-past-end"] = (
        bmp(8, packed_rows(indices(256), 8), few, used=5),
        "indices past the palette's end",
    )
    files["bmp-8-no-offset"] = (
        bmp(8, packed_rows(indices(256), 8), bgr0(palette(256)), offset=0),
        "no place of the pixels",
    )
    files["bmp-8-forgotten-palette"] = (
        bmp(8, packed_rows(indices(256), 8), bgr0(palette(256)), offset=54),
        "a place of the pixels before the palette",
    )
    masks = {"555": (0x7C00, 0x3E0, 0x1F), "565": (0xF800, 0x7E0, 0x1F)}
    for name, mask in masks.items():
        data = packed_rows(word(up, mask), 16)
        files[f"bmp-16-{name}"] = (bmp(16, data, compression=3, masks=mask), f"16 bits, {name}")
    files["bmp-16-plain"] = (bmp(16, packed_rows(word(up, masks["555"]), 16)), "16 bits, no masks")
    files["bmp-24"] = (bmp(24, packed_rows(word(up, (0xFF0000, 0xFF00, 0xFF)), 24)), "24 bits")
    files["bmp-24-os2"] = (
        bmp(24, packed_rows(word(up, (0xFF0000, 0xFF00, 0xFF)), 24), header_size=12),
        "24 bits, header of OS/2",
    )
    files["bmp-24-top-down"] = (
        bmp(24, packed_rows(word(rgb, (0xFF0000, 0xFF00, 0xFF)), 24), height=-HEIGHT),
        "rows from the top",
    )
    for name, mask in {
        "bgrx": (0xFF0000, 0xFF00, 0xFF, 0),
        "bgra": (0xFF0000, 0xFF00, 0xFF, 0xFF000000),
        "rgba": (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
        "xbgr": (0xFF000000, 0xFF0000, 0xFF00, 0),
        "abgr": (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
        "zero": (0, 0, 0, 0),
    }.items():
        colours = mask[:3] if any(mask) else (0xFF0000, 0xFF00, 0xFF)
        data = packed_rows(word(up, colours) | mask[3] * 0x55 // 0xFF, 32)
        for size in (40, 56, 108, 124):
            files[f"bmp-32-{name}-{size}"] = (
                bmp(32, data, compression=3, masks=mask, header_size=size),
                f"32 bits, fields {name}, header of {size} bytes",
            )
    files["bmp-32-plain"] = (
        bmp(32, packed_rows(word(up, (0xFF0000, 0xFF00, 0xFF)), 32)),
        "32 bits, no masks",
    )
    files["bmp-32-odd-masks"] = (
        bmp(32, b"\0" * 140, compression=3, masks=(0xFF, 0xFF0000, 0xFF00, 0)),
        "masks that nobody uses",
    )
    files |= bmp_run_files()
    whole = files["bmp-24"][0]
    files["bmp-cut"] = (whole[:-9], "pixels cut off")
    files["bmp-cut-header"] = (whole[:20], "the header cut off")
    files["bmp-odd-header"] = (whole[:14] + b"\x10" + whole[15:], "a header of unknown size")
    files["bmp-jpeg"] = (whole[:30] + b"\x04" + whole[31:], "JPEG inside")
    files["bmp-2"] = (bmp(2, b"\0" * 20, bgr0(palette(4))), "2 bits")
    files["bmp-no-pixels"] = (bmp(24, b"", height=0), "no rows")
    return files


def bmp_run_files() -> Files:
    """Run-length encoding: runs, literals, ends of rows, jumps, and what is wrong with them."""
    colours8, colours4 = bgr0(palette(256)), bgr0(palette(16))
    end_row, end = b"\0\0", b"\0\1"
    rows8 = end_row.join([bytes([7, 9]), bytes([3, 1, 4, 2]), bytes([0, 7, 1, 2, 3, 4, 5, 6, 7, 0])] * 2)
    rows4 = end_row.join([bytes([7, 0x9A]), bytes([0, 7, 0x12, 0x34, 0x56, 0x70]), bytes([3, 0x1F, 4, 0x22])] * 2)
    cases = {
        "plain": (rows8, rows4, "runs and literals"),
        "long": (bytes([9, 5]) + end_row + rows8, bytes([9, 0x55]) + end_row + rows4, "a run longer than its row"),
        "short": (bytes([3, 5]) + end_row + rows8, bytes([3, 0x5A]) + end_row + rows4, "a row that ends early"),
        "jump": (
            bytes([2, 5, 0, 2, 1, 1, 1, 7]) + end_row + rows8,
            bytes([2, 0x5A, 0, 2, 1, 1, 1, 7]) + end_row + rows4,
            "a jump to the right and up",
        ),
        "early-end": (bytes([7, 5]) + end, bytes([7, 0x5A]) + end, "an end after one row"),
        "cut": (bytes([7, 5, 3]), bytes([7, 0x5A, 3]), "data that stop"),
        "odd-literal": (
            bytes([0, 3, 1, 2, 3, 0, 4, 9]) + end_row + rows8,
            bytes([0, 5, 0x12, 0x34, 0x50, 0, 2, 9]) + end_row + rows4,
            "literals of odd length",
        ),
    }
    files: Files = {}
    for name, (eight, four, note) in cases.items():
        files[f"bmp-rle8-{name}"] = (bmp(8, eight, colours8, compression=1), f"8-bit runs: {note}")
        files[f"bmp-rle4-{name}"] = (bmp(4, four, colours4, compression=2), f"4-bit runs: {note}")
    return files


# --- GIF ------------------------------------------------------------------------------------------


def lzw(values: list[int], bits: int, end: bool = True) -> bytes:
    """GIF's LZW without compression: a clear code before the table would grow a code."""
    clear, size = 1 << bits, bits + 1
    codes: list[int] = []
    for i, value in enumerate(values):
        if i % ((1 << bits) - 2) == 0:
            codes.append(clear)
        codes.append(value)
    if end:
        codes.append(clear + 1)
    number = sum(code << (size * i) for i, code in enumerate(codes))
    return number.to_bytes((size * len(codes) + 7) // 8, "little")


def blocks(data: bytes) -> bytes:
    parts = [data[i : i + 60] for i in range(0, len(data), 60)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def gif(
    values: np.ndarray,
    colours: np.ndarray | None,
    canvas: tuple[int, int] = (WIDTH, HEIGHT),
    left: int = 0,
    top: int = 0,
    local: np.ndarray | None = None,
    transparent: int | None = None,
    interlaced: bool = False,
    comment: bytes = b"",
    data: bytes | None = None,
    background: int = 0,
) -> bytes:
    bits = 4
    out = b"GIF89a" + struct.pack("<HH", *canvas)
    out += bytes([(0x80 | (bits - 1)) if colours is not None else 0, background, 0])
    if colours is not None:
        out += colours.tobytes()
    if comment:
        out += b"\x21\xfe" + blocks(comment)
    if transparent is not None:
        out += b"\x21\xf9\x04" + bytes([1, 0, 0, transparent, 0])
    height, width = values.shape
    flags = (0x40 if interlaced else 0) | ((0x80 | (bits - 1)) if local is not None else 0)
    out += b"\x2c" + struct.pack("<HHHHB", left, top, width, height, flags)
    if local is not None:
        out += local.tobytes()
    order = range(height)
    if interlaced:
        order = [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]
    stored = [int(v) for row in order for v in values[row]]
    return out + bytes([bits]) + blocks(data if data is not None else lzw(stored, bits)) + b"\x3b"


def gif_files() -> Files:
    values, colours = indices(16), palette(16)
    small = indices(16, 3, 2)
    other = palette(32)[16:]
    whole = gif(values, colours)
    return {
        "gif-plain": (whole, "one frame"),
        "gif-comment": (gif(values, colours, comment=b"x" * 200), "a long comment before it"),
        "gif-local": (gif(values, colours, local=other), "a palette of its own"),
        "gif-no-palette": (gif(values, None), "no palette: grey"),
        "gif-grey-ramp": (gif(values, grey_ramp(16)), "a palette of the grey ramp"),
        "gif-grey-local": (gif(values, colours, local=grey_ramp(16)), "a local grey ramp"),
        "gif-interlaced": (gif(indices(16, 7, 13), colours, (7, 13), interlaced=True), "interlaced"),
        "gif-interlaced-low": (gif(small, colours, (3, 2), interlaced=True), "interlaced, two rows"),
        "gif-transparent": (gif(values, colours, transparent=3), "transparency is ignored"),
        "gif-part": (gif(small, colours, left=2, top=1), "a frame smaller than the canvas"),
        "gif-part-transparent": (
            gif(small, colours, left=2, top=1, transparent=3),
            "the same with transparency around",
        ),
        "gif-part-background": (
            gif(small, colours, left=2, top=1, background=5),
            "the same with a background",
        ),
        "gif-sticks-out": (gif(small, colours, left=6, top=4), "a frame beyond the canvas"),
        "gif-no-end-code": (
            gif(values, colours, data=lzw(values.ravel().tolist(), 4, end=False)),
            "no end code",
        ),
        "gif-early-end": (gif(values, colours, data=lzw([1, 2, 3], 4)), "an end code too early"),
        "gif-wild-code": (gif(values, colours, data=b"\xf0\xff\xff\xff"), "a code before its time"),
        "gif-cut": (whole[:-8], "cut off in the data"),
        "gif-cut-palette": (whole[:30], "cut off in the palette"),
        "gif-no-frame": (whole[:13] + colours.tobytes() + b"\x3b", "no frame"),
        "gif-pillow": (
            saved(Image.fromarray(picture(40, 30)).quantize(200), "GIF"),
            "compressed, 8 bits",
        ),
        "gif-pillow-large": (
            saved(Image.fromarray(np.kron(picture(9, 8), np.ones((20, 20, 1), np.uint8))), "GIF"),
            "compressed, long runs",
        ),
    }


# --- the others, as Pillow writes them ------------------------------------------------------------


def tiff_files() -> Files:
    rgb = Image.fromarray(picture(19, 13))
    grey = rgb.convert("L")
    words = (np.random.default_rng(4).integers(0, 65536, (13, 19)).astype(np.uint16)) >> 7
    images = {
        "bilevel": (rgb.convert("1"), {}),
        "bilevel-group4": (rgb.convert("1"), {"compression": "group4"}),
        "grey": (grey, {}),
        "grey-alpha": (rgb.convert("LA"), {}),
        "grey16": (Image.fromarray(words), {}),
        "palette": (rgb.quantize(17), {}),
        "rgb": (rgb, {}),
        "rgb-deflate": (rgb, {"compression": "tiff_adobe_deflate"}),
        "rgb-packbits": (rgb, {"compression": "packbits"}),
        "rgb-lzw": (rgb, {"compression": "tiff_lzw"}),
        "rgb-jpeg": (rgb, {"compression": "jpeg", "quality": 90}),
        "rgba": (rgb.convert("RGBA"), {}),
        "cmyk": (rgb.convert("CMYK"), {}),
        "lab": (Image.merge("LAB", rgb.split()), {}),
        "ycbcr": (rgb.convert("YCbCr"), {}),
        "float": (grey.convert("F"), {}),
        "int32": (grey.convert("I"), {}),
    }
    files = {
        f"tiff-{name}": (saved(image, "TIFF", **options), name)
        for name, (image, options) in images.items()
    }
    for orientation in range(1, 9):
        files[f"tiff-turned-{orientation}"] = (
            saved(rgb, "TIFF", tiffinfo={274: orientation}),
            f"orientation {orientation}, which Pillow follows in TIFF files",
        )
    white = bytearray(files["tiff-grey"][0])
    at = white.index(struct.pack("<HHI", 262, 3, 1)) + 8
    white[at] = 0
    files["tiff-white-is-zero"] = (bytes(white), "grey with 0 for white")
    files["tiff-cut"] = (files["tiff-rgb-lzw"][0][:-300], "cut off")
    return files


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(depth: int, colour: int, rows: list[bytes], extra: bytes = b"", width: int = WIDTH) -> bytes:
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", data)
        + png_chunk(b"IEND", b"")
    )


def random_rows(length: int, seed: int) -> list[bytes]:
    random = np.random.default_rng(seed)
    return [random.integers(0, 256, length, dtype=np.uint8).tobytes() for _ in range(HEIGHT)]


def png_files() -> Files:
    files: Files = {}
    samples = {0: 1, 2: 3, 4: 2, 6: 4}
    names = {0: "grey", 2: "rgb", 4: "grey-alpha", 6: "rgba"}
    for colour, count in samples.items():
        for depth in (1, 2, 4, 8, 16) if colour == 0 else (8, 16):
            rows = random_rows((WIDTH * count * depth + 7) // 8, depth)
            files[f"png-{names[colour]}-{depth}"] = (
                png(depth, colour, rows),
                f"{names[colour]}, {depth} bits",
            )
    plte = png_chunk(b"PLTE", palette(16).tobytes())
    rows = packed = [packed_rows(row[None], 4)[:4] for row in indices(16)]
    files["png-palette-4"] = (png(4, 3, packed, plte), "palette, 4 bits")
    files["png-palette-trns"] = (
        png(4, 3, rows, plte + png_chunk(b"tRNS", bytes([0, 128, 255]))),
        "palette with transparency",
    )
    grey = random_rows(WIDTH, 8)
    files["png-grey-trns"] = (
        png(8, 0, grey, png_chunk(b"tRNS", struct.pack(">H", grey[0][0]))),
        "a transparent grey value",
    )
    files["png-grey16-trns"] = (
        png(16, 0, random_rows(WIDTH * 2, 16), png_chunk(b"tRNS", struct.pack(">H", 7))),
        "16-bit grey with a transparent value",
    )
    files["png-rgb-trns"] = (
        png(8, 2, random_rows(WIDTH * 3, 9), png_chunk(b"tRNS", struct.pack(">HHH", 1, 2, 3))),
        "a transparent colour",
    )
    whole = files["png-rgb-8"][0]
    files["png-cut"] = (whole[:60], "cut off in the data")
    files["png-cut-header"] = (whole[:20], "cut off in the header")
    damaged = bytearray(whole)
    damaged[50] ^= 0xFF
    files["png-damaged"] = (bytes(damaged), "a wrong checksum")
    return files


def other_files() -> Files:
    rgb = Image.fromarray(picture(21, 14))
    rgba = Image.fromarray(np.dstack([picture(21, 14), picture(21, 14, 5)[..., 0]]))
    return {
        "webp-lossy": (saved(rgb, "WEBP", quality=80), "lossy"),
        "webp-lossless": (saved(rgb, "WEBP", lossless=True), "lossless"),
        "webp-alpha": (saved(rgba, "WEBP", lossless=True, exact=True), "with alpha"),
        "webp-animated": (
            saved(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], lossless=True),
            "two frames",
        ),
        "webp-cut": (saved(rgb, "WEBP", lossless=True)[:-200], "cut off"),
        "jpeg-cmyk": (saved(rgb.convert("CMYK"), "JPEG"), "CMYK"),
        "jpeg-cmyk-progressive": (saved(rgb.convert("CMYK"), "JPEG", progressive=True), "CMYK"),
        "jpeg-grey-progressive": (saved(rgb.convert("L"), "JPEG", progressive=True), "grey"),
        "jpeg-rgb": (saved(rgb, "JPEG", keep_rgb=True), "colours not converted"),
        "jpeg-progressive-420": (saved(rgb, "JPEG", progressive=True), "progressive, 4:2:0"),
        "jpeg-progressive-cut": (saved(rgb, "JPEG", progressive=True)[:-120], "cut off"),
        "jpeg-cut-header": (saved(rgb, "JPEG")[:100], "cut off in the header"),
        "jpeg-no-end": (saved(rgb, "JPEG")[:-2], "no end marker"),
    }


def what_pillow_says(content: bytes) -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content)).convert("RGB")
    except Exception as error:  # whatever it raises, by name
        return {"raises": type(error).__name__}
    rgb = np.asarray(image).tobytes()
    return {
        "width": image.width,
        "height": image.height,
        "sha256": hashlib.sha256(rgb).hexdigest(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--to", type=Path, default=Path("test/fixtures/images"))
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    files = bmp_files() | gif_files() | tiff_files() | png_files() | other_files()
    entries = []
    for name, (content, note) in files.items():
        (folder / name).write_bytes(content)
        entries.append({"file": name, "note": note, **what_pillow_says(content)})
    document = {"pillow": PIL.__version__, "images": entries}
    (folder / "expected.json").write_text(json.dumps(document, indent=1) + "\n")
    print(f"{len(entries)} files in {folder}")


if __name__ == "__main__":
    main()
