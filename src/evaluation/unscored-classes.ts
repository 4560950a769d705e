import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import type { SkippedImage, UnscoredClass } from "../results/eval-result.js";
import type { ImageRow } from "../scoring/image-row.js";

/**
 * Takes out the rows of classes that have lost all images of one kind to unreadable files, so that
 * the others still get their scores.
 * @param missing classes that the model's head has no column for
 */
export function withoutUnscoredClasses(
  rows: readonly ImageRow[],
  skipped: readonly SkippedImage[],
  missing: readonly number[],
  classMap: ClassMap,
): { rows: readonly ImageRow[]; unscored: UnscoredClass[] } {
  const infoOf = classInfos(classMap);
  const present = new Set(rows.map(({ split, class: index }) => `${split}:${String(index)}`));
  const reasons = new Map(missing.map((index) => [index, "the model's head has no column for it"]));
  for (const { split, class: index } of skipped) {
    if (present.has(`${split}:${String(index)}`)) continue;
    const kind = split === "val" ? "validation" : "spurious";
    reasons.set(index, `none of its ${kind} images could be read`);
  }
  const unscored = [...reasons]
    .sort(([a], [b]) => a - b)
    .map(([index, reason]) => ({ index, label: infoOf(index).label, reason }));
  return { rows: rows.filter((row) => !reasons.has(row.class)), unscored };
}
