import { benchmarkFeatures } from "../../src/imagenet/facts.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import { Random } from "./random.js";
import { row } from "./rows.js";

/** Rows of the published benchmark's 100 classes, by default with its numbers of images. */
export function benchmarkRows(val = 50, spurious = 75): ImageRow[] {
  const random = new Random(7);
  return benchmarkFeatures().flatMap(({ class: index }) => {
    const difficulty = random.next();
    return (["val", "spurious"] as const).flatMap((split) =>
      Array.from({ length: split === "val" ? val : spurious }, (_, i) => {
        const p = random.next() ** (split === "val" ? 0.3 : 0.5 + 3 * difficulty);
        return row({
          path: `${split}-${index}/${i}.jpg`,
          split,
          class: index,
          p: Math.fround(p),
          predicted: p > 0.5 ? index : random.integer(0, 999),
        });
      }),
    );
  });
}
