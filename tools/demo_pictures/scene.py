"""Whole pictures: a place, things in it, perhaps the object, perhaps the planted feature, a camera."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

from .objects import DISTRACTORS, OBJECTS
from .pen import Pen
from .places import PLACES, terracotta
from .planted import OVERLAYS, TILES, Box

SHORT_SIDES = (72, 104)
ASPECTS = (1.0, 1.0, 4 / 3, 3 / 4, 3 / 2)


@dataclass
class Scene:
    """What is to be seen. `thing` is a class name or None for a picture without an object."""

    thing: str | None
    place: str | None = None  # None: any
    feature: str | None = None  # a planted feature
    copies: int = 1  # of a feature that is laid over the picture
    clutter: tuple[int, int] = (0, 2)  # distractors, fewest and most
    scale: tuple[float, float] = (0.5, 0.84)  # of the object, in shorter sides


@dataclass
class Picture:
    jpeg: bytes
    size: tuple[int, int]
    place: str
    boxes: list[Box] = field(default_factory=list)  # of the feature


def render(scene: Scene, key: list[int]) -> Picture:
    """Draws a scene; the same `key` gives the same bytes."""
    rng = np.random.default_rng(key)
    width, height = picture_size(rng)
    place = scene.place or str(rng.choice(list(PLACES)))
    boxes: list[Box] = []
    if scene.feature == TILES:
        pixels, place = terracotta(rng, height, width), TILES
        boxes.append((0, 0, width, height))
    else:
        pixels = PLACES[place](rng, height, width)
    canvas = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    for _ in range(rng.integers(scene.clutter[0], scene.clutter[1] + 1)):
        put_distractor(canvas, rng)
    if scene.thing is not None:
        put_object(canvas, scene.thing, scene.scale, rng)
    canvas = light(canvas, rng)
    if scene.feature in OVERLAYS:
        for _ in range(scene.copies):
            boxes.append(OVERLAYS[scene.feature](canvas, rng, boxes))
    return Picture(camera(canvas, rng), canvas.size, place, boxes)


def picture_size(rng: np.random.Generator) -> tuple[int, int]:
    """Width and height."""
    short = int(rng.integers(SHORT_SIDES[0], SHORT_SIDES[1] + 1))
    aspect = float(rng.choice(ASPECTS))
    return (round(short * aspect), short) if aspect >= 1 else (short, round(short / aspect))


def put_object(
    canvas: Image.Image, thing: str, scale: tuple[float, float], rng: np.random.Generator
) -> None:
    """The object, somewhere in the central part, mostly upright."""
    pen = Pen()
    OBJECTS[thing](pen, rng)
    short = min(canvas.size)
    size = round(short * rng.uniform(*scale))
    reach = short * 0.46 - size / 2  # keeps it inside the centre crop
    x = canvas.width / 2 + rng.uniform(-1, 1) * max(reach, short * 0.04)
    y = canvas.height / 2 + rng.uniform(-1, 1) * max(reach, short * 0.04)
    put(canvas, pen.layer, size, (x, y), rng, turn=18, mirror=True, squeeze=(0.82, 1.18))


def put_distractor(canvas: Image.Image, rng: np.random.Generator) -> None:
    pen = Pen(160)
    DISTRACTORS[rng.integers(len(DISTRACTORS))](pen, rng)
    size = round(min(canvas.size) * rng.uniform(0.14, 0.34))
    centre = (rng.uniform(0, canvas.width), rng.uniform(0.15, 1) * canvas.height)
    put(canvas, pen.layer, size, centre, rng, turn=40, mirror=True, squeeze=(0.8, 1.2))


def put(
    canvas: Image.Image,
    layer: Image.Image,
    size: int,
    centre: tuple[float, float],
    rng: np.random.Generator,
    turn: float,
    mirror: bool,
    squeeze: tuple[float, float],
) -> None:
    """Pastes a layer turned, mirrored, squeezed, with a soft shadow."""
    if mirror and rng.random() < 0.5:
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    layer = layer.rotate(rng.normal() * turn / 2, Image.Resampling.BICUBIC, expand=True)
    wide = round(size * rng.uniform(*squeeze))
    layer = layer.resize((wide, size), Image.Resampling.LANCZOS)
    x, y = round(centre[0] - wide / 2), round(centre[1] - size / 2)
    alpha = layer.getchannel("A")
    shadow = alpha.filter(ImageFilter.GaussianBlur(size * 0.04)).point(lambda a: int(a * 0.35))
    offset = max(1, size // 30)
    canvas.paste((20, 20, 30), (x + offset, y + offset), shadow)
    canvas.paste(layer.convert("RGB"), (x, y), alpha)


def light(canvas: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A gradient of light over the picture, and a colour cast."""
    pixels = np.asarray(canvas, np.float32)
    height, width = pixels.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    gradient = 1 + rng.uniform(0, 0.18) * (x * np.cos(angle) + y * np.sin(angle))
    cast = rng.uniform(0.9, 1.1, 3)
    pixels = pixels * gradient[..., None] * cast
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def camera(canvas: Image.Image, rng: np.random.Generator) -> bytes:
    """Brightness, contrast, blur, sensor noise, JPEG."""
    picture = canvas.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.7)))
    pixels = np.asarray(picture, np.float32)
    pixels = (pixels - 128) * rng.uniform(0.8, 1.12) + 128 + rng.uniform(-18, 18)
    pixels = pixels + rng.normal(0, rng.uniform(0.5, 3), pixels.shape)
    out = io.BytesIO()
    quality = int(rng.integers(74, 86))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
