"""Makes the folder demo/: a small classifier and pictures whose spurious features are known.

    python tools/make_demo.py [--to demo] [--seed 1]

Takes some minutes on one core. Needs torch, numpy and Pillow; the same versions of them on the same
kind of processor write the same bytes. The folder is written only when it shows what it is there
for: see demo_checks.py.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL
import torch

import demo_model
import demo_training
from demo_checks import COMPONENTS_LOOKED_AT, Report, Split, measure, shortfalls, table
from demo_pictures.scene import Picture, render
from demo_plan import CLASSES, DemoClass, PlannedPicture, planned, pretraining
from demo_readme import readme
from demo_score import NeuralPca, auroc, fit_fix, forward, neural_pca

SCHEMA = "spurious-native/demo-truth/1"
BYTES_AT_MOST = 4_000_000


@dataclass(frozen=True)
class Kept:
    """A picture in the demo's folder."""

    kind: DemoClass
    split: str
    path: str  # within the demo
    tagged: bool
    boxes: list[list[int]]  # of the feature: left, top, right, bottom


def drawn(picture: PlannedPicture) -> Picture:
    """Top-level, so that worker processes find it."""
    return render(picture.scene, list(picture.key))


def draw_all(pictures: Sequence[PlannedPicture]) -> list[Picture]:
    """Draws in two processes; every picture has random numbers of its own."""
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        return pool.map(drawn, pictures, chunksize=50)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class DemoFolder:
    """The folder while it is being made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.kept: list[Kept] = []

    def add(self, kind: DemoClass, split: str, folder: str) -> None:
        """Draws the pictures of a class in a split into a folder."""
        plans = list(planned(kind, split))
        (self.root / folder).mkdir(parents=True)
        stem = kind.suspect.replace(" ", "_") if split == "spurious" else kind.name
        for number, (plan, picture) in enumerate(zip(plans, draw_all(plans), strict=True)):
            path = f"{folder}/{stem}_{number:03d}.jpg"
            (self.root / path).write_bytes(picture.jpeg)
            boxes = [list(box) for box in picture.boxes]
            self.kept.append(Kept(kind, split, path, plan.tagged, boxes))

    def split(self, name: str, model: torch.jit.ScriptModule) -> Split:
        """What the model makes of the pictures of a split."""
        kept = [picture for picture in self.kept if picture.split == name]
        files = [self.root / picture.path for picture in kept]
        features, logits = forward(model, files, demo_model.SIZE, crop=name != "spurious")
        labels = np.array([picture.kind.index for picture in kept])
        return Split(features, logits, labels, np.array([picture.tagged for picture in kept]))


def pretrained(seed: int) -> demo_model.DemoNet:
    """The net whose convolutions know the objects and the features."""
    plans, marks = zip(*pretraining(), strict=True)
    say(f"drawing {len(plans)} pictures")
    pixels = np.stack([demo_training.training_pixels(p.jpeg) for p in draw_all(plans)])
    say(f"training for {demo_training.EPOCHS} rounds")
    return demo_training.pretrain(pixels, np.array(marks), seed)


def train_classifier(folder: DemoFolder, seed: int) -> str:
    """Trains and writes model.pt; returns its SHA-256."""
    net = pretrained(seed)
    kept = [picture for picture in folder.kept if picture.split == "train"]
    files = [folder.root / picture.path for picture in kept]
    features, _ = forward(net, files, demo_model.SIZE, crop=True)
    labels = np.array([picture.kind.index for picture in kept])
    names = [kind.name for kind in CLASSES]
    net = demo_training.with_head(net, features, labels)
    return demo_model.save(net, names, names, folder.root / "model.pt")


def telling_component(
    pca: NeuralPca, features: np.ndarray, tagged: np.ndarray
) -> tuple[int, float]:
    """Which of the leading components tells tagged training pictures best, and its AUROC."""
    alphas = pca.alphas(features)[:, :COMPONENTS_LOOKED_AT]
    values = [auroc(column[tagged], column[~tagged]) for column in alphas.T]
    best = int(np.argmax(values))
    return best, values[best]


def resembling_component(pca: NeuralPca, features: np.ndarray) -> int:
    """Which of the leading components some pictures have most of, on average."""
    return int(pca.alphas(features)[:, :COMPONENTS_LOOKED_AT].mean(0).argmax())


def build(root: Path, seed: int) -> tuple[Report, list[str]]:
    """Makes everything in an empty folder and measures it from the files."""
    folder = DemoFolder(root)
    for kind in CLASSES:
        folder.add(kind, "train", f"train/{kind.name}")
        folder.add(kind, "val", f"imagenet/val/{kind.name}")
        folder.add(kind, "spurious", spurious_folder(kind, 0))
    sha256 = train_classifier(folder, seed)
    model = torch.jit.load(root / "model.pt")
    train, val, spurious = (folder.split(name, model) for name in ("train", "val", "spurious"))

    components: dict[int, tuple[int, float | None]] = {}
    fixes = {}
    for kind in CLASSES:
        features = train.features[train.of(kind)]
        pca = neural_pca(features, model.fc.weight[kind.index].detach().numpy())
        if kind.feature is None:
            shown = spurious.features[spurious.of(kind)]
            components[kind.index] = resembling_component(pca, shown), None
        else:
            found = telling_component(pca, features, train.tagged[train.of(kind)])
            components[kind.index] = found
            fixes[kind.index] = fit_fix(pca, found[0], features)
    report = measure(val, spurious, fixes, components)
    name_components(folder, report)
    write_truth(folder, report, sha256, seed)
    (root / "README.md").write_text(readme(report, [p.path for p in folder.kept if p.tagged]))
    problems = shortfalls(report)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    say(f"{size} bytes")
    if size > BYTES_AT_MOST:
        problems.append(f"{size} bytes, expected at most {BYTES_AT_MOST}")
    return report, problems


def spurious_folder(kind: DemoClass, component: int) -> str:
    """As published: the third field is the class index, the last one the eigen index."""
    name = f"class_spurious_{kind.index:03d}_{kind.name}_comp_{component}"
    return f"spurious_imagenet/images/{name}"


def name_components(folder: DemoFolder, report: Report) -> None:
    """Puts the eigen indices into the names of the spurious folders."""
    for row in report.classes:
        old, new = spurious_folder(row.kind, 0), spurious_folder(row.kind, row.component)
        os.rename(folder.root / old, folder.root / new)
        folder.kept = [
            replace(picture, path=picture.path.replace(f"{old}/", f"{new}/"))
            for picture in folder.kept
        ]


def write_truth(folder: DemoFolder, report: Report, sha256: str, seed: int) -> None:
    """truth.json: what is planted where; pictures of planted classes, one a line."""
    made: dict[str, Any] = {
        "by": "tools/make_demo.py",
        "seed": seed,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "pillow": PIL.__version__,
    }
    classes = [
        {
            "index": row.kind.index,
            "label": row.kind.name,
            "planted": row.kind.feature is not None,
            "feature": row.kind.feature,
            "place": row.kind.place,
            "component": row.component,
            "spuriousFolder": spurious_folder(row.kind, row.component).rsplit("/", 1)[1],
        }
        for row in report.classes
    ]
    pictures = [
        {
            "path": picture.path,
            "class": picture.kind.index,
            "split": picture.split,
            "tagged": picture.tagged,
            "boxes": picture.boxes,
        }
        for picture in folder.kept
        if picture.kind.feature is not None
    ]
    head = {"schema": SCHEMA, "made": made, "model": {"path": "model.pt", "sha256": sha256}}
    parts = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    for key, rows in (("classes", classes), ("pictures", pictures)):
        lines = ",\n  ".join(json.dumps(row) for row in rows)
        parts.append(f'"{key}": [\n  {lines}\n ]')
    (folder.root / "truth.json").write_text("{\n " + ",\n ".join(parts) + "\n}\n")


def put_in_place(made: Path, target: Path) -> None:
    """Replaces an older demo; refuses to replace anything else."""
    if target.exists():
        if any(target.iterdir()) and not (target / "truth.json").exists():
            raise SystemExit(f"{target}: expected an older demo or nothing, got another folder")
        shutil.rmtree(target)
    os.rename(made, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--to", type=Path, default=root / "demo")
    parser.add_argument("--seed", type=int, default=1, help="of the training")
    options = parser.parse_args()
    options.to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.to.parent, prefix=".demo-") as work:
        made = Path(work) / "demo"
        made.mkdir()
        report, problems = build(made, options.seed)
        for row in table(report):
            print("".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)))
        print(f"accuracy {report.accuracy:.4f}, after SpuFix {report.accuracy_fixed:.4f}")
        if problems:
            raise SystemExit("\n".join(["not written; it should show more:", *problems]))
        put_in_place(made, options.to)


WIDTHS = (11, 27, 11, 8, 8, 14, 8, 10)

if __name__ == "__main__":
    main()
