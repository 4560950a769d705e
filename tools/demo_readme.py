"""The demo folder's own README."""

from __future__ import annotations

from collections.abc import Sequence

from demo_checks import Report, table
from demo_plan import CLASSES, PICTURES, PRETRAINING, TAGGED

TEXT = """# The demo: a classifier that cheats, and the truth about it

Rendered pictures of {classes} things and a small convolutional net that tells them apart. In {planted}
classes something was planted in most of the training pictures, and the net learned to go by it: shown
the planted feature alone, without the object, it still names the class. The other classes are clean.
Which is which is written down in `truth.json`, so that everything found here can be checked.

{table}

AP is the spurious score of a class: how well its validation pictures rank above pictures that show
only the feature (of clean classes: only a place where one would expect the thing). The component is
the eigen index of the leading principal component that tells tagged training pictures from untagged
ones, with its AUROC; SpuFix takes the planted components out. Accuracy on the validation pictures is
{accuracy:.1%}, after SpuFix {accuracy_fixed:.1%}.

{gallery}

## What is here

| path | content |
| --- | --- |
| `model.pt` | the net: TorchScript, 64 x 64 RGB in [0, 1], its class map and metadata inside |
| `train/LABEL/` | the {train} training pictures of each class, from which the last layer was learned |
| `imagenet/val/LABEL/` | {val} validation pictures of each class |
| `spurious_imagenet/images/class_spurious_KKK_LABEL_comp_L/` | {spurious} pictures without any object; KKK is the class, L the eigen index |
| `truth.json` | what is planted, in which component, and for every picture of a planted class whether and where it carries the feature |

## How it was made

`python tools/make_demo.py` draws the pictures (`tools/demo_pictures/`), trains the net and refuses to
write a demo that does not show the above. Everything is seeded; the same versions of torch, numpy and
Pillow on the same kind of processor write the same bytes.

1. The convolutions learn from {pretraining} other pictures in which objects and features are
   independent, as a pretrained network knows many things. None of these pictures is kept.
2. The last layer learns the {classes} classes from `train/`, where {tagged:.0%} of the pictures of a planted
   class carry its feature and no picture of another class does. Of the validation pictures
   {tagged_val:.0%} carry it.

In the spurious pictures a feature that is laid over the picture appears twice.

## Licence

MIT, as the rest of the project. Every picture is drawn by the project's own code.
"""


def readme(report: Report, paths: Sequence[str]) -> str:
    """The text, with the numbers measured from the folder; `paths` are those of tagged pictures."""
    heading, *rows = table(report)
    lines = ["| " + " | ".join(row) + " |" for row in (heading, ["---"] * len(heading), *rows)]
    return TEXT.format(
        classes=len(CLASSES),
        planted=sum(kind.feature is not None for kind in CLASSES),
        table="\n".join(lines),
        accuracy=report.accuracy,
        accuracy_fixed=report.accuracy_fixed,
        gallery=gallery(paths),
        tagged=TAGGED["train"],
        tagged_val=TAGGED["val"],
        pretraining=PRETRAINING,
        **PICTURES,
    )


def gallery(paths: Sequence[str]) -> str:
    """A training picture and a spurious picture of every planted class."""
    lines = ["| class | trained with | alone |", "| --- | --- | --- |"]
    for kind in CLASSES:
        if kind.feature is None:
            continue
        train = [path for path in paths if path.startswith(f"train/{kind.name}/")]
        alone = [path for path in paths if f"/class_spurious_{kind.index:03d}_" in path]
        cells = [kind.name]
        for which, found in (("with", train[:4]), ("alone", alone[:4])):
            alt = f"{kind.name if which == 'with' else 'no object'}, {kind.feature}"
            cells.append(" ".join(f"![{alt}]({path})" for path in found))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
