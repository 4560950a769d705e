"""What the demo must show, measured from its files: scores, accuracy, components, SpuFix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo_plan import CLASSES, DemoClass
from demo_score import Fix, average_precision, probabilities

PLANTED_AP_AT_MOST = 0.6
CLEAN_AP_AT_LEAST = 0.93
ACCURACY_AT_LEAST = 0.95
COMPONENTS_LOOKED_AT = 3
AUROC_AT_LEAST = 0.95
GAIN_AT_LEAST = 0.1
ACCURACY_LOSS_AT_MOST = 0.01


@dataclass(frozen=True)
class Split:
    """Pictures of one split, all classes."""

    features: np.ndarray  # [N, d]
    logits: np.ndarray  # [N, classes]
    labels: np.ndarray  # [N], of a spurious picture the class it may be taken for
    tagged: np.ndarray  # [N] bool

    def of(self, kind: DemoClass) -> np.ndarray:
        """Rows of a class: [N] bool."""
        return self.labels == kind.index


@dataclass(frozen=True)
class ClassReport:
    kind: DemoClass
    component: int
    auroc: float | None  # of the component, tagged against untagged training pictures
    ap: float
    ap_fixed: float
    probability_val: float  # mean p_k
    probability_spurious: float


@dataclass(frozen=True)
class Report:
    classes: list[ClassReport]
    accuracy: float
    accuracy_fixed: float

    @property
    def mean(self) -> float:
        """The mean spurious score."""
        return float(np.mean([row.ap for row in self.classes]))

    @property
    def mean_fixed(self) -> float:
        """The same after SpuFix."""
        return float(np.mean([row.ap_fixed for row in self.classes]))


def fixed_logits(split: Split, fixes: dict[int, Fix]) -> np.ndarray:
    """Logits after SpuFix: [N, classes]."""
    logits = split.logits.astype(np.float64)
    for index, fix in fixes.items():
        logits[:, index] -= fix.amount(split.features)
    return logits


def measure(
    val: Split,
    spurious: Split,
    fixes: dict[int, Fix],
    components: dict[int, tuple[int, float | None]],
) -> Report:
    """`components` holds for every class the index of its component and, if planted, its AUROC."""
    before = probabilities(val.logits), probabilities(spurious.logits)
    fixed = fixed_logits(val, fixes), fixed_logits(spurious, fixes)
    after = probabilities(fixed[0]), probabilities(fixed[1])
    rows = []
    for kind in CLASSES:
        component, auroc = components[kind.index]
        p_val, p_spurious = (
            p[split.of(kind), kind.index] for p, split in zip(before, (val, spurious), strict=True)
        )
        q_val, q_spurious = (
            p[split.of(kind), kind.index] for p, split in zip(after, (val, spurious), strict=True)
        )
        rows.append(
            ClassReport(
                kind,
                component,
                auroc,
                ap=average_precision(p_val, p_spurious),
                ap_fixed=average_precision(q_val, q_spurious),
                probability_val=float(p_val.mean()),
                probability_spurious=float(p_spurious.mean()),
            )
        )
    return Report(
        rows,
        accuracy=float((val.logits.argmax(1) == val.labels).mean()),
        accuracy_fixed=float((fixed[0].argmax(1) == val.labels).mean()),
    )


def shortfalls(report: Report) -> list[str]:
    """Everything that the demo should show and does not."""
    out = []

    def require(holds: bool, what: str) -> None:
        if not holds:
            out.append(what)

    for row in report.classes:
        name = row.kind.name
        if row.auroc is None:
            require(
                row.ap >= CLEAN_AP_AT_LEAST,
                f"{name}: AP {row.ap:.3f}, expected at least {CLEAN_AP_AT_LEAST}",
            )
            continue
        require(
            row.ap <= PLANTED_AP_AT_MOST,
            f"{name}: AP {row.ap:.3f}, expected at most {PLANTED_AP_AT_MOST}",
        )
        require(
            row.auroc >= AUROC_AT_LEAST and row.component < COMPONENTS_LOOKED_AT,
            f"{name}: component {row.component} tells tagged pictures with AUROC {row.auroc:.3f}, "
            f"expected {AUROC_AT_LEAST} among the first {COMPONENTS_LOOKED_AT}",
        )
        require(
            row.ap_fixed >= row.ap + GAIN_AT_LEAST,
            f"{name}: AP {row.ap:.3f} and {row.ap_fixed:.3f} after SpuFix, expected "
            f"{GAIN_AT_LEAST} more",
        )
    require(
        report.accuracy >= ACCURACY_AT_LEAST,
        f"accuracy {report.accuracy:.4f}, expected at least {ACCURACY_AT_LEAST}",
    )
    require(
        report.accuracy_fixed >= report.accuracy - ACCURACY_LOSS_AT_MOST,
        f"accuracy {report.accuracy:.4f} and {report.accuracy_fixed:.4f} after SpuFix",
    )
    return out


def table(report: Report) -> list[list[str]]:
    """A heading, a row per class and a last row of means."""
    rows = [["class", "shown", "component", "AUROC", "AP", "after SpuFix", "p val", "p spurious"]]
    for row in report.classes:
        rows.append(
            [
                row.kind.name,
                row.kind.suspect + ("" if row.kind.feature is None else " (planted)"),
                str(row.component),
                "" if row.auroc is None else f"{row.auroc:.3f}",
                f"{row.ap:.3f}",
                f"{row.ap_fixed:.3f}",
                f"{row.probability_val:.2f}",
                f"{row.probability_spurious:.2f}",
            ]
        )
    rows.append(["mean", "", "", "", f"{report.mean:.3f}", f"{report.mean_fixed:.3f}", "", ""])
    return rows
