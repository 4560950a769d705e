import { compareCodePoints } from "../datasets/order.js";
import type { EvalClass, EvalResult } from "../results/eval-result.js";
import type { ImageRow } from "../scoring/image-row.js";

/** Sections of single classes that a page holds at most; the table holds all classes. */
const MOST_SECTIONS = 200;

/** Pictures of each kind that a class shows. */
export const PICTURES_PER_CLASS = 8;

/** Lowest score first. */
export function byScore(classes: readonly EvalClass[]): EvalClass[] {
  return [...classes].sort((a, b) => a.ap - b.ap || a.index - b.index);
}

/** The classes that a page shows one by one: those with the lowest scores. */
export function detailedClasses(result: EvalResult): EvalClass[] {
  return byScore(result.classes).slice(0, MOST_SECTIONS);
}

/** The images of one class. */
export interface ClassImages {
  readonly val: readonly ImageRow[];
  readonly spurious: readonly ImageRow[];
}

const NO_IMAGES: ClassImages = { val: [], spurious: [] };

/** The images of every class, each kind with its most telling ones first. */
export function imagesByClass(rows: readonly ImageRow[]): (index: number) => ClassImages {
  const groups = new Map<number, { val: ImageRow[]; spurious: ImageRow[] }>();
  for (const row of rows) {
    const group = groups.get(row.class) ?? { val: [], spurious: [] };
    groups.set(row.class, group);
    group[row.split].push(row);
  }
  for (const { val, spurious } of groups.values()) {
    val.sort((a, b) => a.p - b.p || compareCodePoints(a.path, b.path));
    spurious.sort((a, b) => b.p - a.p || compareCodePoints(a.path, b.path));
  }
  return (index) => groups.get(index) ?? NO_IMAGES;
}
