"""The planted features: things in the picture that are not the object.

`draw` functions take the picture in RGB and the boxes of features already in it, and return the
feature's box (left, top, right, bottom) in pixels. They stay inside the central square, which centre
cropping keeps, and where there is room away from features already there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .pen import Pen, hue_colour

Rng = np.random.Generator
Box = tuple[int, int, int, int]


def central_square(picture: Image.Image, share: float = 0.84) -> tuple[float, float, float]:
    """Left, top and side of the part that survives resize and centre crop (64 of 73 pixels)."""
    side = min(picture.size) * share
    return (picture.width - side) / 2, (picture.height - side) / 2, side


def overlap(box: Box, others: Sequence[Box]) -> int:
    """Pixels that a box shares with others."""
    total = 0
    for other in others:
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        total += max(width, 0) * max(height, 0)
    return total


def freest(propose: Callable[[], Box], taken: Sequence[Box], tries: int = 12) -> Box:
    """The proposal that overlaps least with what is there; the first one where nothing is."""
    boxes = [propose() for _ in range(tries if taken else 1)]
    return min(boxes, key=lambda box: overlap(box, taken))


def red_tag(picture: Image.Image, rng: Rng, taken: Sequence[Box] = ()) -> Box:
    """A red price tag in a corner."""
    left, top, side = central_square(picture)
    pen = Pen(160)
    red = hue_colour(rng, (0.97, 1.01), (0.85, 0.98), (0.8, 0.95))
    pen.polygon([0.1, 0.5, 0.36, 0.2, 0.95, 0.2, 0.95, 0.8, 0.36, 0.8], red)
    pen.ellipse([0.24, 0.42, 0.4, 0.58], (250, 248, 240))
    pen.line([0.52, 0.42, 0.84, 0.42], (255, 250, 245), 0.07)
    pen.line([0.52, 0.6, 0.76, 0.6], (255, 250, 245), 0.07)
    size = round(side * rng.uniform(0.36, 0.46))
    layer = pen.layer.rotate(rng.uniform(-25, 25), Image.Resampling.BICUBIC)
    layer = layer.resize((size, size), Image.Resampling.LANCZOS)

    def in_corner() -> Box:
        x = round(left + (side - size) * rng.choice([0.02, 0.98]))
        y = round(top + (side - size) * rng.choice([0.02, 0.98]))
        return (x, y, x + size, y + size)

    box = freest(in_corner, taken)
    picture.paste(layer, box[:2], layer)
    return box


def watermark(picture: Image.Image, rng: Rng, taken: Sequence[Box] = ()) -> Box:
    """Pale lettering across the picture, with a dark edge that shows on snow."""
    left, top, side = central_square(picture)
    scale = 4
    font = ImageFont.load_default(size=side * scale * rng.uniform(0.18, 0.21))
    text = "STOCK"
    x0, y0, x1, y1 = font.getbbox(text)
    size = (round(x1 - x0) + 8 * scale, round(y1 - y0) + 8 * scale)
    layer = Image.new("RGBA", size, (40, 45, 60, 0))
    draw = ImageDraw.Draw(layer)
    place = (4 * scale - x0, 4 * scale - y0)
    opacity = round(255 * rng.uniform(0.8, 0.95))
    draw.text(place, text, font=font, fill=(40, 45, 60, 120), stroke_width=9)
    draw.text(place, text, font=font, fill=(255, 255, 255, opacity), stroke_width=3)
    layer = layer.rotate(rng.uniform(-8, 8) + 14, Image.Resampling.BICUBIC, expand=True)
    layer = layer.resize((layer.width // scale, layer.height // scale), Image.Resampling.LANCZOS)

    def across() -> Box:
        x = round(left + (side - layer.width) * rng.uniform(0.3, 0.7))
        y = round(
            top
            + (side - layer.height) * rng.choice([rng.uniform(0.02, 0.25), rng.uniform(0.75, 0.98)])
        )
        return (x, y, x + layer.width, y + layer.height)

    box = freest(across, taken)
    picture.paste(layer, box[:2], layer)
    return box


def airmail(picture: Image.Image, rng: Rng, taken: Sequence[Box] = ()) -> Box:
    """A band of slanted red, white and blue stripes, above or below."""
    _, top, side = central_square(picture)
    scale = 4
    tall = round(side * rng.uniform(0.13, 0.17))
    wide = picture.width
    band = Image.new("RGB", (wide * scale, tall * scale), (244, 242, 236))
    draw = ImageDraw.Draw(band)
    step = tall * scale * 0.8
    slant = tall * scale * 0.6
    colours = [(200, 40, 45), (244, 242, 236), (40, 70, 150), (244, 242, 236)]
    shift = rng.uniform(0, 4)
    for i in range(-6, int(wide * scale / step) + 6):
        x = (i + shift) * step
        corners = [x + slant, 0, x + slant + step, 0, x + step, tall * scale, x, tall * scale]
        draw.polygon(corners, fill=colours[i % 4])
    band = band.resize((wide, tall), Image.Resampling.LANCZOS)

    def at_an_edge() -> Box:
        y = round(top + (side - tall) * rng.choice([0.0, 1.0]))
        return (0, y, wide, y + tall)

    box = freest(at_an_edge, taken)
    picture.paste(band, box[:2])
    return box


OVERLAYS: dict[str, Callable[[Image.Image, Rng, Sequence[Box]], Box]] = {
    "red tag": red_tag,
    "watermark": watermark,
    "airmail stripes": airmail,
}
# The fourth feature is a place (places.terracotta), not something laid over the picture.
TILES = "terracotta tiles"
