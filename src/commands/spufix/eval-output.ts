import type { UnreadPicture } from "../../evaluation/accuracy.js";
import type { FixAccuracy, FixEvaluation } from "../../mitigation/fix-evaluation.js";
import { LEAST_SHOWN, type MovedClass, shownChanges } from "../../mitigation/side-effects.js";
import { counted, score, signed, signedRange } from "../../report/format.js";
import { textOf } from "../../report/names.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";
import { skippedWarnings } from "../eval-output.js";

/** Moved classes named in a line; result.json has more. */
const NAMED = 5;

/** The readable text of `spufix eval`. */
export function fixLines(evaluation: FixEvaluation): string[] {
  const { strength, accuracy } = evaluation;
  return [
    `SpuFix at strength ${String(strength)}; before and after come from one forward pass per picture`,
    "",
    ...scoreTable(evaluation),
    "",
    ...(accuracy === null ? [] : accuracyLines(accuracy)),
    ...sideEffectLines(evaluation),
    "",
    ...doseTable(evaluation),
  ];
}

/** Pictures of the accuracy's folder that could not be read and that the benchmark has not told. */
export function furtherUnread({ before, accuracy }: FixEvaluation): readonly UnreadPicture[] {
  if (accuracy === null) return [];
  const val = textOf(before.provenance.data, "val");
  const told = new Set(
    val === accuracy.root
      ? before.counts.skipped.filter(({ split }) => split === "val").map(({ path }) => path)
      : [],
  );
  return accuracy.skipped.filter(({ path }) => !told.has(path));
}

/** What a person should know about the accuracy besides its numbers. */
export function accuracyWarnings(evaluation: FixEvaluation): string[] {
  const { accuracy } = evaluation;
  if (accuracy === null) return [];
  const { classes, modelClasses, root } = accuracy;
  const texts = skippedWarnings(furtherUnread(evaluation));
  if (classes.length < modelClasses) {
    texts.push(
      `${root} has pictures of ${String(classes.length)} of the model's ${counted(modelClasses, "class", "classes")}: the accuracy is of these alone`,
    );
  }
  return texts;
}

function scoreTable({ before, after, difference }: FixEvaluation): string[] {
  const overall = (["mean", "joint"] as const).map((name) => [
    name,
    score(before.score[name]),
    score(after.score[name]),
    signed(difference[name].value),
    signedRange(difference[name].ci95),
  ]);
  const classes = difference.classes.map(({ index, label, value, ci95 }, i) => [
    `${String(index)} ${plainLabel(label)}`,
    score(before.classes[i]?.ap ?? Number.NaN),
    score(after.classes[i]?.ap ?? Number.NaN),
    signed(value),
    signedRange(ci95),
  ]);
  return terminalTable(
    [
      { title: "spurious score", align: "left" },
      { title: "before", align: "right" },
      { title: "after", align: "right" },
      { title: "difference", align: "right" },
      { title: "95 % interval", align: "left" },
    ],
    [...overall, ...classes],
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

function accuracyLines({ accuracy, images, classes, modelClasses }: FixAccuracy): string[] {
  const [before = Number.NaN, after = Number.NaN] = accuracy;
  return [
    `top-1 accuracy over ${String(images)} images of ${String(classes.length)} of ${counted(modelClasses, "class", "classes")}: ${percent(before)} before, ${percent(after)} after`,
  ];
}

function sideEffectLines({ sideEffects }: FixEvaluation): string[] {
  const { of, accuracy, meanProb } = sideEffects;
  return [
    `classes whose accuracy moved most (${of}): ${inWords(accuracy)}`,
    `classes whose mean probability moved most (${of}): ${inWords(meanProb)}`,
  ];
}

function inWords(moved: readonly MovedClass[]): string {
  if (moved.length === 0) return "none";
  const named = shownChanges(moved)
    .slice(0, NAMED)
    .map(({ index, label, change }) => `${String(index)} ${plainLabel(label)} (${signed(change)})`);
  return named.length === 0 ? `none by ${String(LEAST_SHOWN)} or more` : named.join(", ");
}

function doseTable({ doseCurve }: FixEvaluation): string[] {
  return terminalTable(
    [
      { title: "strength", align: "right" },
      { title: "mean score", align: "right" },
      { title: "joint score", align: "right" },
      { title: "top-1 accuracy", align: "right" },
    ],
    doseCurve.map(({ strength, mean, joint, accuracy }) => [
      String(strength),
      score(mean),
      score(joint),
      accuracy === undefined ? "–" : percent(accuracy),
    ]),
  );
}
