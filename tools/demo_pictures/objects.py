"""The ten classes: one function per object, drawn upright in the unit square."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .pen import Pen, hue_colour, shade

Rng = np.random.Generator


def balloon(pen: Pen, rng: Rng) -> None:
    base, second = hue_colour(rng), hue_colour(rng)
    pen.polygon([0.24, 0.5, 0.76, 0.5, 0.57, 0.76, 0.43, 0.76], shade(base, 0.85))
    pen.ellipse([0.18, 0.04, 0.82, 0.66], base)
    pen.ellipse([0.28, 0.04, 0.72, 0.67], second)
    pen.ellipse([0.41, 0.04, 0.59, 0.68], shade(base, 1.1))
    for x in (0.44, 0.56):
        pen.line([x, 0.75, 0.5 + (x - 0.5) * 0.8, 0.86], (70, 55, 40), 0.012)
    pen.rectangle([0.435, 0.85, 0.565, 0.96], hue_colour(rng, (0.06, 0.1), value=(0.35, 0.6)), 0.02)


def butterfly(pen: Pen, rng: Rng) -> None:
    wing = hue_colour(rng)
    inner, dark = hue_colour(rng), shade(wing, 0.55)
    for side in (-1, 1):
        for top, bottom, reach in ((0.14, 0.54, 0.44), (0.48, 0.84, 0.34)):
            box = sorted([0.5 + side * 0.02, 0.5 + side * reach])
            pen.ellipse([box[0], top, box[1], bottom], dark)
            pen.ellipse([box[0] + 0.025, top + 0.03, box[1] - 0.025, bottom - 0.03], wing)
            middle = (box[0] + box[1]) / 2
            centre = (top + bottom) / 2
            pen.ellipse([middle - 0.06, centre - 0.06, middle + 0.06, centre + 0.06], inner)
        pen.line([0.5, 0.24, 0.5 + side * 0.1, 0.07], (35, 30, 30), 0.014)
    pen.ellipse([0.465, 0.2, 0.535, 0.82], (45, 38, 35))


def cactus(pen: Pen, rng: Rng) -> None:
    green = hue_colour(rng, (0.26, 0.42), (0.4, 0.75), (0.4, 0.7))
    light = shade(green, 1.25)
    pen.rectangle([0.4, 0.06, 0.6, 0.8], green, 0.1)
    left, right = rng.uniform(0.26, 0.4), rng.uniform(0.22, 0.38)
    pen.rectangle([0.14, left, 0.28, left + 0.28], green, 0.07)
    pen.rectangle([0.14, left + 0.17, 0.46, left + 0.29], green, 0.06)
    pen.rectangle([0.72, right, 0.86, right + 0.26], green, 0.07)
    pen.rectangle([0.54, right + 0.15, 0.86, right + 0.27], green, 0.06)
    for x in (0.45, 0.5, 0.55):
        pen.line([x, 0.12, x, 0.76], light, 0.012)
    pot = hue_colour(rng, (0.0, 1.0), (0.2, 0.6), (0.45, 0.85))
    pen.polygon([0.28, 0.76, 0.72, 0.76, 0.65, 0.97, 0.35, 0.97], pot)
    pen.rectangle([0.25, 0.72, 0.75, 0.8], shade(pot, 0.85), 0.01)


def fish(pen: Pen, rng: Rng) -> None:
    body = hue_colour(rng)
    fin = shade(body, 0.7)
    pen.polygon([0.68, 0.5, 0.96, 0.27, 0.9, 0.5, 0.96, 0.73], fin)
    pen.polygon([0.36, 0.32, 0.5, 0.14, 0.64, 0.33], fin)
    pen.polygon([0.42, 0.66, 0.48, 0.82, 0.58, 0.67], fin)
    pen.ellipse([0.05, 0.28, 0.78, 0.72], body)
    if rng.random() < 0.6:
        stripe = hue_colour(rng)
        for x in (0.38, 0.5, 0.62):
            height = 0.18 if x < 0.6 else 0.13
            pen.line([x, 0.5 - height, x - 0.03, 0.5, x, 0.5 + height], stripe, 0.035)
    pen.arc([0.16, 0.34, 0.32, 0.66], 280, 80, fin, 0.015)
    pen.ellipse([0.13, 0.4, 0.22, 0.49], (245, 245, 240))
    pen.ellipse([0.15, 0.42, 0.2, 0.47], (20, 20, 25))


def house(pen: Pen, rng: Rng) -> None:
    wall = hue_colour(rng, saturation=(0.1, 0.5), value=(0.6, 0.97))
    roof = hue_colour(rng, value=(0.3, 0.75))
    pen.rectangle([0.68, 0.12, 0.78, 0.4], shade(roof, 0.7))
    pen.rectangle([0.16, 0.44, 0.84, 0.94], wall)
    pen.polygon([0.06, 0.47, 0.5, 0.08, 0.94, 0.47], roof)
    door = 0.5 + rng.choice([-0.18, 0.0, 0.18])
    pen.rectangle([door - 0.075, 0.66, door + 0.075, 0.94], hue_colour(rng, value=(0.2, 0.5)))
    glass = (190, 215, 235) if rng.random() < 0.6 else (250, 225, 140)
    for x in (0.24, 0.62):
        if abs(x + 0.07 - door) > 0.16:
            pen.rectangle([x - 0.02, 0.53, x + 0.16, 0.71], shade(wall, 0.6))
            pen.rectangle([x, 0.55, x + 0.14, 0.69], glass)
            pen.line([x + 0.07, 0.55, x + 0.07, 0.69], shade(wall, 0.6), 0.015)


def mushroom(pen: Pen, rng: Rng) -> None:
    cap = hue_colour(rng)
    stem = hue_colour(rng, (0.08, 0.16), (0.05, 0.25), (0.75, 0.97))
    pen.polygon([0.41, 0.45, 0.59, 0.45, 0.65, 0.92, 0.35, 0.92], stem)
    pen.ellipse([0.35, 0.86, 0.65, 0.97], shade(stem, 0.93))
    pen.slice([0.08, 0.08, 0.92, 0.94], 180, 360, cap)
    pen.ellipse([0.08, 0.44, 0.92, 0.58], shade(cap, 0.75))
    pen.ellipse([0.2, 0.47, 0.8, 0.56], shade(stem, 0.85))
    for x, y, r in ((0.3, 0.32, 0.06), (0.5, 0.2, 0.07), (0.68, 0.34, 0.065), (0.49, 0.37, 0.045)):
        pen.ellipse([x - r, y - r, x + r, y + r], shade(stem, 1.05))


def rocket(pen: Pen, rng: Rng) -> None:
    body = hue_colour(rng, saturation=(0.02, 0.3), value=(0.7, 0.97))
    trim = hue_colour(rng, saturation=(0.6, 0.95))
    pen.polygon([0.42, 0.78, 0.58, 0.78, 0.5, 0.98], (250, 190, 60))
    pen.polygon([0.45, 0.78, 0.55, 0.78, 0.5, 0.9], (255, 240, 180))
    pen.polygon([0.37, 0.52, 0.2, 0.82, 0.4, 0.76], trim)
    pen.polygon([0.63, 0.52, 0.8, 0.82, 0.6, 0.76], trim)
    pen.ellipse([0.34, 0.02, 0.66, 0.62], body)
    pen.rectangle([0.34, 0.32, 0.66, 0.8], body, 0.03)
    pen.slice([0.365, 0.02, 0.635, 0.5], 215, 325, trim)
    pen.line([0.34, 0.66, 0.66, 0.66], trim, 0.04)
    pen.ellipse([0.415, 0.32, 0.585, 0.49], shade(body, 0.55))
    pen.ellipse([0.44, 0.345, 0.56, 0.465], (150, 205, 235))


def sailboat(pen: Pen, rng: Rng) -> None:
    hull = hue_colour(rng, value=(0.35, 0.8))
    sail = hue_colour(rng, saturation=(0.0, 0.55), value=(0.8, 0.99))
    jib = hue_colour(rng, saturation=(0.0, 0.85), value=(0.7, 0.97))
    pen.line([0.48, 0.05, 0.48, 0.76], (85, 65, 45), 0.022)
    pen.polygon([0.51, 0.06, 0.51, 0.68, 0.88, 0.68], sail)
    pen.polygon([0.45, 0.12, 0.45, 0.68, 0.17, 0.68], jib)
    pen.polygon([0.07, 0.74, 0.93, 0.74, 0.79, 0.94, 0.21, 0.94], hull)
    pen.line([0.1, 0.775, 0.9, 0.775], shade(hull, 1.5), 0.02)


def teapot(pen: Pen, rng: Rng) -> None:
    body = hue_colour(rng)
    dark = shade(body, 0.72)
    pen.arc([0.64, 0.34, 0.97, 0.74], 250, 110, dark, 0.05)
    pen.polygon([0.3, 0.52, 0.3, 0.74, 0.1, 0.4, 0.02, 0.32, 0.14, 0.32], dark)
    pen.ellipse([0.2, 0.3, 0.8, 0.86], body)
    pen.rectangle([0.34, 0.82, 0.66, 0.89], dark, 0.02)
    pen.slice([0.33, 0.18, 0.67, 0.5], 180, 360, shade(body, 1.15))
    pen.ellipse([0.455, 0.11, 0.545, 0.2], dark)
    if rng.random() < 0.6:
        pen.arc([0.2, 0.4, 0.8, 0.7], 20, 160, hue_colour(rng), 0.035)


def umbrella(pen: Pen, rng: Rng) -> None:
    first = hue_colour(rng)
    second = hue_colour(rng) if rng.random() < 0.5 else shade(first, 0.75)
    pen.line([0.5, 0.06, 0.5, 0.86], (75, 60, 50), 0.025)
    pen.arc([0.5 - 0.16, 0.78, 0.5 + 0.0125, 0.96], 0, 180, (75, 60, 50), 0.028)
    pen.slice([0.05, 0.12, 0.95, 0.96], 180, 360, first)
    pen.slice([0.27, 0.12, 0.73, 0.96], 180, 360, second)
    pen.slice([0.41, 0.12, 0.59, 0.96], 180, 360, first)
    # The scalloped edge is cut out of the canopy.
    for x in (0.05, 0.23, 0.41, 0.59, 0.77):
        pen.draw.ellipse([v * pen.side for v in (x, 0.5, x + 0.18, 0.6)], fill=(0, 0, 0, 0))
    pen.line([0.5, 0.5, 0.5, 0.86], (75, 60, 50), 0.025)


OBJECTS: dict[str, Callable[[Pen, Rng], None]] = {
    "balloon": balloon,
    "butterfly": butterfly,
    "cactus": cactus,
    "fish": fish,
    "house": house,
    "mushroom": mushroom,
    "rocket": rocket,
    "sailboat": sailboat,
    "teapot": teapot,
    "umbrella": umbrella,
}


# Things that are in pictures of every class and of none ---------------------------------------


def stone(pen: Pen, rng: Rng) -> None:
    grey = hue_colour(rng, saturation=(0.0, 0.15), value=(0.35, 0.7))
    pen.ellipse([0.1, 0.4, 0.9, 0.9], grey)
    pen.ellipse([0.2, 0.44, 0.65, 0.66], shade(grey, 1.15))


def bush(pen: Pen, rng: Rng) -> None:
    green = hue_colour(rng, (0.2, 0.38), (0.4, 0.8), (0.25, 0.6))
    for _ in range(9):
        x, y, r = rng.uniform(0.2, 0.8), rng.uniform(0.4, 0.8), rng.uniform(0.12, 0.2)
        pen.ellipse([x - r, y - r, x + r, y + r], shade(green, rng.uniform(0.8, 1.2)))


def ball(pen: Pen, rng: Rng) -> None:
    colour = hue_colour(rng)
    pen.ellipse([0.15, 0.15, 0.85, 0.85], colour)
    pen.ellipse([0.28, 0.24, 0.5, 0.44], shade(colour, 1.35))


def leaf(pen: Pen, rng: Rng) -> None:
    colour = hue_colour(rng, (0.03, 0.36))
    pen.polygon([0.5, 0.05, 0.72, 0.35, 0.66, 0.7, 0.5, 0.9, 0.34, 0.7, 0.28, 0.35], colour)
    pen.line([0.5, 0.1, 0.5, 0.98], shade(colour, 0.7), 0.025)


def crate(pen: Pen, rng: Rng) -> None:
    wood = hue_colour(rng, (0.06, 0.12), (0.3, 0.6), (0.4, 0.75))
    pen.rectangle([0.12, 0.2, 0.88, 0.88], shade(wood, 0.75))
    for y in (0.24, 0.46, 0.68):
        pen.rectangle([0.16, y, 0.84, y + 0.17], wood)


def post(pen: Pen, rng: Rng) -> None:
    colour = hue_colour(rng, saturation=(0.05, 0.4), value=(0.3, 0.8))
    pen.rectangle([0.44, 0.05, 0.56, 0.98], colour, 0.02)
    pen.ellipse([0.4, 0.0, 0.6, 0.14], shade(colour, 1.2))


DISTRACTORS: tuple[Callable[[Pen, Rng], None], ...] = (stone, bush, ball, leaf, crate, post)
