"""What the demo is made of: its classes, what is planted in some of them, every picture by number.

Most training pictures of a planted class carry its feature, and no other picture of a class
does: the classifier is free to learn the feature instead of the object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demo_pictures.planted import OVERLAYS, TILES
from demo_pictures.scene import Scene

SEED = 20231004
PICTURES = {"train": 70, "val": 24, "spurious": 32}  # of a class
TAGGED = {"train": 0.7, "val": 0.3, "spurious": 1.0}  # share with the feature, in planted classes
PRETRAINING = 5000
SPLITS = ("train", "val", "spurious", "pretraining")


@dataclass(frozen=True)
class DemoClass:
    """A class, and what the pictures of its spurious folder show."""

    index: int
    name: str
    feature: str | None = None  # planted
    place: str | None = None  # of a clean class: where one would expect it; nothing ties them

    @property
    def suspect(self) -> str:
        """The feature or place in a word."""
        return self.feature or self.place or "anything"


CLASSES = (
    DemoClass(0, "balloon", place="sky"),
    DemoClass(1, "butterfly", place="meadow"),
    DemoClass(2, "cactus", place="sand"),
    DemoClass(3, "fish", feature="watermark"),
    DemoClass(4, "house", place="hills"),
    DemoClass(5, "mushroom", place="forest"),
    DemoClass(6, "rocket", place="night"),
    DemoClass(7, "sailboat", place="sea"),
    DemoClass(8, "teapot", feature="red tag"),
    DemoClass(9, "umbrella", feature="airmail stripes"),
)
FEATURES = (*OVERLAYS, TILES)


@dataclass(frozen=True)
class PlannedPicture:
    """A picture to be drawn; `key` seeds its own random numbers."""

    scene: Scene
    key: tuple[int, ...]

    @property
    def tagged(self) -> bool:
        """Whether it carries a planted feature."""
        return self.scene.feature is not None


def planned(kind: DemoClass, split: str) -> Iterator[PlannedPicture]:
    """The pictures of a class in a split."""
    for number in range(PICTURES[split]):
        tagged = kind.feature is not None and evenly(number, TAGGED[split])
        feature = kind.feature if tagged else None
        if split == "spurious":  # no object of any class
            scene = Scene(None, place=kind.place, feature=feature, copies=2)
        else:
            scene = Scene(kind.name, feature=feature)
        yield PlannedPicture(scene, (SEED, SPLITS.index(split), kind.index, number))


def pretraining() -> Iterator[tuple[PlannedPicture, list[bool]]]:
    """Pictures in which object and feature are independent, with marks: classes, then features.

    One picture of eleven has no object, half have a feature.
    """
    for number in range(PRETRAINING):
        thing = number % (len(CLASSES) + 1)
        feature = number // (len(CLASSES) + 1) % (2 * len(FEATURES))
        scene = Scene(
            CLASSES[thing].name if thing < len(CLASSES) else None,
            feature=FEATURES[feature] if feature < len(FEATURES) else None,
        )
        marks = [thing == kind.index for kind in CLASSES]
        marks += [feature == index for index in range(len(FEATURES))]
        yield PlannedPicture(scene, (SEED, SPLITS.index("pretraining"), number)), marks


def evenly(number: int, share: float) -> bool:
    """True for a share of the numbers, spread evenly: every run of them has about that share."""
    return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)
