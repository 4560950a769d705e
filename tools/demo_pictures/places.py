"""Backgrounds: every function returns float32 [height, width, 3] in 0..255."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from .pen import hue_colour, shade

Rng = np.random.Generator


def smooth(rng: Rng, height: int, width: int, cells: float) -> np.ndarray:
    """Value noise in 0..1, about `cells` bumps along the longer side: [height, width]."""
    step = max(height, width) / cells
    rows, columns = int(height / step) + 3, int(width / step) + 3
    grid = rng.random((rows, columns)).astype(np.float32)
    picture = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture), 0, 1)


def fractal(rng: Rng, height: int, width: int, cells: float, octaves: int = 3) -> np.ndarray:
    """Sum of finer and fainter value noise, 0..1."""
    total = np.zeros((height, width), np.float32)
    weights = [0.5**octave for octave in range(octaves)]
    for octave, weight in enumerate(weights):
        total += weight * smooth(rng, height, width, cells * 2**octave)
    return total / sum(weights)


def blend(low: tuple, high: tuple, amount: np.ndarray) -> np.ndarray:
    """Between two colours by `amount` in 0..1: [..., 3]."""
    amount = np.clip(amount, 0, 1)[..., None]
    return np.float32(low) * (1 - amount) + np.float32(high) * amount


def rows(height: int, width: int) -> np.ndarray:
    """0 at the top, 1 at the bottom: [height, width]."""
    return np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)


def sky(rng: Rng, height: int, width: int) -> np.ndarray:
    top = hue_colour(rng, (0.54, 0.62), (0.35, 0.7), (0.65, 0.9))
    bottom = hue_colour(rng, (0.52, 0.6), (0.1, 0.3), (0.85, 1.0))
    picture = blend(top, bottom, rows(height, width))
    clouds = np.clip(fractal(rng, height, width, 4) * 3 - rng.uniform(1.2, 1.7), 0, 1)
    return picture + (np.float32([248, 248, 250]) - picture) * clouds[..., None]


def hills(rng: Rng, height: int, width: int) -> np.ndarray:
    picture = sky(rng, height, width)
    y = rows(height, width)
    for level in sorted(rng.uniform(0.4, 0.8, 3)):
        ridge = level + (smooth(rng, 1, width, 3)[0] - 0.5) * 0.25
        colour = hue_colour(rng, (0.22, 0.4), (0.25, 0.6), (0.35, 0.65))
        texture = fractal(rng, height, width, 14)
        ground = blend(shade(colour, 0.8), shade(colour, 1.15), texture)
        picture = np.where((y > ridge[None])[..., None], ground, picture)
    return picture


def sea(rng: Rng, height: int, width: int) -> np.ndarray:
    picture = sky(rng, height, width)
    horizon = rng.uniform(0.2, 0.5)
    y = rows(height, width)
    deep = hue_colour(rng, (0.5, 0.6), (0.5, 0.85), (0.35, 0.65))
    waves = fractal(rng, height * 4, width, 18)[::4]
    water = blend(shade(deep, 0.75), shade(deep, 1.35), waves)
    return np.where((y > horizon)[..., None], water, picture)


def meadow(rng: Rng, height: int, width: int) -> np.ndarray:
    green = hue_colour(rng, (0.2, 0.33), (0.45, 0.8), (0.4, 0.7))
    blades = fractal(rng, height, width * 3, 40)[:, ::3]
    picture = blend(shade(green, 0.65), shade(green, 1.3), blades)
    flowers = rng.random((height, width)) > 0.988
    petals = np.float32(hue_colour(rng, saturation=(0.2, 0.9), value=(0.8, 1.0)))
    return np.where(flowers[..., None], petals, picture)


def sand(rng: Rng, height: int, width: int) -> np.ndarray:
    base = hue_colour(rng, (0.09, 0.13), (0.2, 0.45), (0.75, 0.95))
    y = rows(height, width) * height
    ripples = np.sin((y + 12 * smooth(rng, height, width, 4)) * rng.uniform(0.4, 0.8))
    return blend(
        shade(base, 0.8),
        shade(base, 1.08),
        0.5 + 0.25 * ripples + 0.4 * (smooth(rng, height, width, 60) - 0.5),
    )


def snow(rng: Rng, height: int, width: int) -> np.ndarray:
    drift = fractal(rng, height, width, 5)
    return blend((190, 203, 222), (247, 249, 252), drift * 1.3 - 0.1)


def bricks(rng: Rng, height: int, width: int) -> np.ndarray:
    base = hue_colour(rng, (0.0, 0.09), (0.15, 0.45), (0.45, 0.75))
    tall, wide = rng.uniform(7, 11), rng.uniform(16, 24)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    course = np.floor(y / tall)
    shifted = x + (course % 2) * wide / 2
    stone = np.floor(shifted / wide)
    tone = np.modf(np.abs(np.sin(course * 12.9898 + stone * 78.233)) * 43758.5453)[0]
    picture = blend(
        shade(base, 0.8), shade(base, 1.15), tone * 0.7 + 0.3 * smooth(rng, height, width, 50)
    )
    mortar = (y % tall < 1.2) | (shifted % wide < 1.2)
    return np.where(mortar[..., None], np.float32([188, 182, 172]), picture)


def planks(rng: Rng, height: int, width: int) -> np.ndarray:
    base = hue_colour(rng, (0.05, 0.11), (0.3, 0.6), (0.35, 0.75))
    tall = rng.uniform(14, 24)
    y = np.mgrid[0:height, 0:width][0].astype(np.float32)
    board = np.floor(y / tall)
    tone = np.modf(np.abs(np.sin(board * 12.9898)) * 43758.5453)[0]
    grain = fractal(rng, height * 6, width, 30)[::6]
    picture = blend(shade(base, 0.7), shade(base, 1.2), 0.35 * tone + 0.75 * grain)
    return np.where((y % tall < 1.3)[..., None], np.float32(shade(base, 0.4)), picture)


def night(rng: Rng, height: int, width: int) -> np.ndarray:
    top, bottom = hue_colour(rng, (0.62, 0.75), (0.5, 0.9), (0.08, 0.2)), (38, 42, 72)
    picture = blend(top, bottom, rows(height, width))
    glow = fractal(rng, height, width, 3)
    picture = picture + 35 * np.clip(glow * 2 - 1, 0, 1)[..., None]
    stars = rng.random((height, width))
    return np.where((stars > 0.993)[..., None], np.float32([235, 235, 220]), picture)


def forest(rng: Rng, height: int, width: int) -> np.ndarray:
    dark = hue_colour(rng, (0.25, 0.4), (0.3, 0.6), (0.15, 0.3))
    picture = blend(shade(dark, 0.7), shade(dark, 2.2), fractal(rng, height, width, 12))
    x = np.arange(width)
    for _ in range(rng.integers(3, 7)):
        centre, half = rng.uniform(0, width), rng.uniform(1.5, 4.5)
        trunk = np.abs(x - centre) < half
        bark = np.float32(hue_colour(rng, (0.05, 0.1), (0.2, 0.45), (0.2, 0.45)))
        picture[:, trunk] = bark * rng.uniform(0.8, 1.1, (height, 1, 1)).astype(np.float32)
    return picture


def wallpaper(rng: Rng, height: int, width: int) -> np.ndarray:
    base = hue_colour(rng, saturation=(0.08, 0.35), value=(0.7, 0.95))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    step = rng.uniform(9, 16)
    row = np.floor(y / step)
    dx = (x + (row % 2) * step / 2) % step - step / 2
    dy = y % step - step / 2
    dots = dx**2 + dy**2 < (step * rng.uniform(0.15, 0.25)) ** 2
    light = blend(shade(base, 0.95), shade(base, 1.05), smooth(rng, height, width, 3))
    return np.where(dots[..., None], light * rng.uniform(0.75, 0.88), light)


def terracotta(rng: Rng, height: int, width: int) -> np.ndarray:
    """Diagonal clay tiles with pale joints; a planted feature, in no ordinary picture."""
    base = hue_colour(rng, (0.025, 0.05), (0.6, 0.75), (0.7, 0.85))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    side = min(height, width) * rng.uniform(0.17, 0.22)
    u, v = (x + y) / side + rng.random(), (x - y) / side + rng.random()
    tone = np.modf(np.abs(np.sin(np.floor(u) * 12.9898 + np.floor(v) * 78.233)) * 43758.5453)[0]
    picture = blend(
        shade(base, 0.82), shade(base, 1.12), tone * 0.8 + 0.2 * smooth(rng, height, width, 30)
    )
    joint = (u % 1 < 0.12) | (v % 1 < 0.12)
    return np.where(joint[..., None], np.float32([240, 228, 208]), picture)


PLACES: dict[str, Callable[[Rng, int, int], np.ndarray]] = {
    "sky": sky,
    "hills": hills,
    "sea": sea,
    "meadow": meadow,
    "sand": sand,
    "snow": snow,
    "bricks": bricks,
    "planks": planks,
    "night": night,
    "forest": forest,
    "wallpaper": wallpaper,
}
