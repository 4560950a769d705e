import { compareCodePoints } from "../datasets/order.js";
import { SpuriousError } from "../errors.js";
import type { ImageRow } from "./image-row.js";

/** The images of one class, each list ascending by path (by code point). */
export interface ClassGroup {
  readonly index: number;
  readonly val: readonly ImageRow[];
  readonly spurious: readonly ImageRow[];
}

export interface GroupedRows {
  /** Ascending by class; all have val and spurious images. */
  readonly classes: readonly ClassGroup[];
  /** Val images of classes without spurious images: no part of any score. */
  readonly leftOut: readonly ImageRow[];
}

/** How messages name things. */
export interface RowNames {
  /** Row i; default "row i+1". */
  readonly row?: (i: number) => string;
  /** A class by its index; default the index alone. */
  readonly class?: (index: number) => string;
}

/**
 * Checks every row and pools the rows of each class, in an order that does not depend on the order
 * they came in.
 * @throws SCORE_INPUT_INVALID a row cannot be used, occurs twice, or there are no spurious images
 * @throws DATA_CLASS_WITHOUT_VAL naming the classes
 */
export function groupByClass(rows: readonly ImageRow[], names: RowNames = {}): GroupedRows {
  checkRows(rows, names.row ?? ((i) => `row ${String(i + 1)}`));
  const groups = new Map<number, { val: ImageRow[]; spurious: ImageRow[] }>();
  for (const row of rows) {
    const group = groups.get(row.class) ?? { val: [], spurious: [] };
    groups.set(row.class, group);
    group[row.split].push(row);
  }
  const all = [...groups]
    .map(([index, group]) => ({ index, ...group }))
    .sort((a, b) => a.index - b.index);
  const classes = all.filter(({ spurious }) => spurious.length > 0);
  if (classes.length === 0) {
    throw new SpuriousError(
      "SCORE_INPUT_INVALID",
      `grouping the images: expected spurious images of at least one class, got none among ` +
        `${String(rows.length)} images`,
    );
  }
  refuseMissingVal(classes, names.class ?? String);
  for (const { val, spurious } of classes) {
    val.sort((a, b) => compareCodePoints(a.path, b.path));
    spurious.sort((a, b) => compareCodePoints(a.path, b.path));
  }
  return { classes, leftOut: all.flatMap((group) => (group.spurious.length > 0 ? [] : group.val)) };
}

/** What is wrong with a row, in words; null when nothing is. */
export function rowProblem(row: ImageRow): string | null {
  const { path, split, p, predicted, predictedProb, logit } = row;
  if (path === "") return "expected a path, got none";
  if ((split as string) !== "val" && (split as string) !== "spurious") {
    return `split: expected val or spurious, got "${String(split)}"`;
  }
  if (!Number.isInteger(row.class) || row.class < 0) {
    return `class: expected a class index, got ${String(row.class)}`;
  }
  if (!isProbability(p)) return `p: expected a probability from 0 to 1, got ${String(p)}`;
  if (logit !== null && Number.isNaN(logit)) return "logit: expected a number, got NaN";
  if (predicted !== null && (!Number.isInteger(predicted) || predicted < -1)) {
    return `predicted: expected a class index or -1, got ${String(predicted)}`;
  }
  if (predictedProb !== null && !isProbability(predictedProb)) {
    return `predictedProb: expected a probability from 0 to 1, got ${String(predictedProb)}`;
  }
  return null;
}

function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}

function checkRows(rows: readonly ImageRow[], nameRow: (i: number) => string): void {
  const seen = new Map<string, number>();
  for (const [i, row] of rows.entries()) {
    const problem = rowProblem(row);
    if (problem !== null) {
      throw new SpuriousError(
        "SCORE_INPUT_INVALID",
        `reading the images: ${nameRow(i)} (${row.path}): ${problem}`,
        { input: row.path },
      );
    }
    const key = `${row.split}:${row.path}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) {
      throw new SpuriousError(
        "SCORE_INPUT_INVALID",
        `reading the images: ${nameRow(i)}: expected every image once, got the ${row.split} ` +
          `image ${row.path} that ${nameRow(earlier)} holds already`,
        {
          input: row.path,
          hint: "take the second one out, or give the two images different paths",
        },
      );
    }
    seen.set(key, i);
  }
}

/** The original scores such a class 0, which silently lowers the mean. */
function refuseMissingVal(
  classes: readonly ClassGroup[],
  nameClass: (index: number) => string,
): void {
  const missing = classes
    .filter(({ val }) => val.length === 0)
    .map(({ index }) => nameClass(index));
  if (missing.length === 0) return;
  throw new SpuriousError(
    "DATA_CLASS_WITHOUT_VAL",
    `grouping the images: class ${missing.join(", ")}: expected validation images beside the ` +
      `spurious ones, got none`,
    { input: missing.join(", ") },
  );
}
