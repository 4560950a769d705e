"""Drawing in unit coordinates on a transparent layer, antialiased by drawing large."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
SIDE = 320


class Pen:
    """A square RGBA layer; every coordinate and width is a fraction of its side."""

    def __init__(self, side: int = SIDE) -> None:
        self.side = side
        self.layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.layer)

    def _scale(self, values: Sequence[float]) -> list[float]:
        return [value * self.side for value in values]

    def polygon(self, points: Sequence[float], fill: Colour) -> None:
        self.draw.polygon(self._scale(points), fill=fill)

    def ellipse(self, box: Sequence[float], fill: Colour) -> None:
        self.draw.ellipse(self._scale(box), fill=fill)

    def rectangle(self, box: Sequence[float], fill: Colour, radius: float = 0.0) -> None:
        self.draw.rounded_rectangle(self._scale(box), radius * self.side, fill=fill)

    def slice(self, box: Sequence[float], start: float, end: float, fill: Colour) -> None:
        self.draw.pieslice(self._scale(box), start, end, fill=fill)

    def line(self, points: Sequence[float], fill: Colour, width: float) -> None:
        self.draw.line(
            self._scale(points), fill=fill, width=round(width * self.side), joint="curve"
        )

    def arc(
        self, box: Sequence[float], start: float, end: float, fill: Colour, width: float
    ) -> None:
        self.draw.arc(self._scale(box), start, end, fill=fill, width=round(width * self.side))


def hue_colour(
    rng: np.random.Generator,
    hue: tuple[float, float] = (0.0, 1.0),
    saturation: tuple[float, float] = (0.45, 0.9),
    value: tuple[float, float] = (0.5, 0.95),
) -> Colour:
    """A random colour from ranges of hue, saturation and value, each 0 to 1 (hue wraps)."""
    parts = colorsys.hsv_to_rgb(
        rng.uniform(*hue) % 1.0, rng.uniform(*saturation), rng.uniform(*value)
    )
    return tuple(round(255 * part) for part in parts)  # type: ignore[return-value]


def shade(colour: Colour, factor: float) -> Colour:
    """Darker (factor below 1) or lighter."""
    return tuple(max(0, min(255, round(part * factor))) for part in colour)  # type: ignore[return-value]
