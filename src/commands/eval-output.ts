import { SpuriousError } from "../errors.js";
import type { Evaluations } from "../evaluation/evaluate-many.js";
import { counted, percent, probability, range, score } from "../report/format.js";
import { publishedPlace } from "../report/published.js";
import type { EvalResult, SkippedImage } from "../results/eval-result.js";
import { type Column, plainLabel, terminalTable } from "../results/terminal-table.js";
import type { Style } from "../terminal/style.js";

const COLUMNS: readonly Column[] = [
  { title: "class", align: "right" },
  { title: "name", align: "left" },
  { title: "score", align: "right" },
  { title: "95 % interval", align: "left" },
  { title: "AUROC", align: "right" },
  { title: "p val", align: "right" },
  { title: "p spurious", align: "right" },
  { title: "val as k", align: "right" },
  { title: "spurious as k", align: "right" },
];
const SCORE_COLUMN = 2;

/** Scores below this are marked: the model ranks most spurious pictures among the real ones. */
const LOW = 0.7;

/** The readable table of `eval` and `score`. */
export function evalLines(result: EvalResult, style: Style): string[] {
  const { score: ap, auroc, classes, counts } = result;
  const rows = classes.map((row) => [
    String(row.index),
    plainLabel(row.label),
    score(row.ap),
    range(row.apCi95),
    score(row.auroc),
    probability(row.meanProbVal),
    probability(row.meanProbSpurious),
    percent(row.fractionVal),
    percent(row.fractionSpurious),
  ]);
  const paint = (text: string, row: number, column: number): string =>
    column === SCORE_COLUMN && (classes[row]?.ap ?? 1) < LOW ? style.red(text) : text;
  return [
    `${style.bold("Spurious score")} (average precision; 1 is best, lower means the feature alone convinces the model)`,
    `  mean   ${style.bold(score(ap.mean))}   ${interval(ap.meanCi95)}`,
    `  joint  ${style.bold(score(ap.joint))}   ${interval(ap.jointCi95)}`,
    `AUROC    mean ${score(auroc.mean)}, joint ${score(auroc.joint)}`,
    `Images   ${counted(counts.val, "validation image")}, ${counted(counts.spurious, "spurious image")} of ${counted(classes.length, "class", "classes")}`,
    ...placeLine(result),
    "",
    ...terminalTable(COLUMNS, rows, paint),
  ];
}

function interval(ci: readonly [number, number] | null): string {
  return ci === null ? "" : `95 % interval ${range(ci)}`;
}

function placeLine(result: EvalResult): string[] {
  const place = publishedPlace(result);
  if (place === null) return [];
  return [`Rank     above ${place.below} of the ${place.published.length} published models`];
}

/** The table that ends `eval` of several models. */
export function manyLines({ models }: Evaluations, style: Style): string[] {
  const rows = models.map(({ name, score: ap, status, error }) => [
    name,
    ap === null ? "–" : score(ap.mean),
    range(ap?.meanCi95 ?? null),
    ap === null ? "–" : score(ap.joint),
    error === null ? STATUS_WORDS[status] : `failed: ${error.code}`,
  ]);
  const paint = (text: string, row: number, column: number): string =>
    column === STATUS_COLUMN && models[row]?.error ? style.red(text) : text;
  return terminalTable(
    [
      { title: "model", align: "left" },
      { title: "mean score", align: "right" },
      { title: "95 % interval", align: "left" },
      { title: "joint score", align: "right" },
      { title: "status", align: "left" },
    ],
    rows,
    paint,
  );
}

const STATUS_COLUMN = 4;
const STATUS_WORDS = { evaluated: "evaluated", present: "done before", failed: "failed" } as const;

/** What a person should know about a result besides its numbers. */
export function warnings(result: EvalResult): string[] {
  const { counts, score: ap } = result;
  const texts = skippedWarnings(counts.skipped);
  for (const { index, label, reason } of counts.unscoredClasses) {
    texts.push(`class ${String(index)} (${plainLabel(label)}) has no score: ${reason}`);
  }
  if (counts.ignored.length > 0) {
    texts.push(
      `${counted(counts.ignored.length, "entry", "entries")} of the data folders not used (result.json, counts.ignored)`,
    );
  }
  if (counts.leftOut > 0) {
    texts.push(
      `${counted(counts.leftOut, "validation image")} of classes without spurious images left out`,
    );
  }
  if (ap.tiedPairs.joint > 0) {
    texts.push(
      `${counted(ap.tiedPairs.joint, "pair")} of a validation and a spurious image with equal probability`,
    );
  }
  return texts;
}

/** Ten by name, the rest as a number. */
export function skippedWarnings(
  skipped: readonly Pick<SkippedImage, "code" | "message">[],
): string[] {
  const texts = skipped.slice(0, 10).map(({ code, message }) => `[${code}] ${message}`);
  const more = skipped.length - texts.length;
  return more === 0
    ? texts
    : [...texts, `${counted(more, "more image was", "more images were")} skipped`];
}

/**
 * @param further paths of unreadable images beside those of the result
 * @throws IMAGES_SKIPPED after everything has been printed and written; with --json the document on
 *   stdout is the result, which lists what was skipped
 */
export function refuseSkipped(
  result: EvalResult,
  maxSkipped: number,
  further: readonly string[] = [],
): void {
  const { skipped, unscoredClasses } = result.counts;
  const unreadable = skipped.length + further.length;
  const lost = unscoredClasses.filter(({ index }) => skipped.some((one) => one.class === index));
  if (unreadable <= maxSkipped && lost.length === 0) return;
  throw new SpuriousError(
    "IMAGES_SKIPPED",
    `reading the images: expected at most ${String(maxSkipped)} unreadable, got ${String(unreadable)}` +
      (lost.length === 0
        ? ""
        : `, which left ${counted(lost.length, "class", "classes")} without a score`),
    { input: skipped[0]?.path ?? further[0] },
  );
}
