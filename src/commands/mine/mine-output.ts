import type { MineResult } from "../../mining/mine-result.js";
import { archiveDamaged } from "../../sources/source-errors.js";
import { count, counted, probability } from "../../report/format.js";
import { plainLabel, terminalTable } from "../../results/terminal-table.js";

/** Images of each component that the table shows; the files hold all. */
const SHOWN = 10;

/** Unreadable images that are named; mine.json holds more. */
const NAMED = 20;

/** The readable result of `mine` and `mine merge`. */
export function mineLines({ class: { index, label }, components, counts, shard }: MineResult) {
  const part = shard && `, part ${String(shard.index)} of ${String(shard.of)}`;
  const lines = [
    `${plainLabel(label)} (class ${String(index)}): ${count(counts.mined)} of ${counted(counts.pool, "image")} ranked${part ?? ""}`,
  ];
  for (const { eigenIndex, top, trainMax, nearDuplicates } of components) {
    const passed = `${counted(nearDuplicates.length, "near-duplicate")} passed over`;
    lines.push(
      "",
      `Component ${String(eigenIndex)}: ${counted(top.length, "image")}, ${passed}; largest alpha in training ${trainMax.toFixed(4)}`,
      ...terminalTable(
        [
          { title: "rank", align: "right" },
          { title: "alpha", align: "right" },
          { title: "p", align: "right" },
          { title: "image", align: "left" },
        ],
        top
          .slice(0, SHOWN)
          .map(({ rank, alpha, probability: p, id }) => [
            String(rank),
            alpha.toFixed(4),
            probability(p),
            id,
          ]),
      ),
    );
  }
  return lines;
}

export function mineWarnings({ skipped, counts, components, provenance }: MineResult): string[] {
  const warnings = skipped.slice(0, NAMED).map(({ message }) => message);
  const more = counts.skipped - warnings.length;
  if (more > 0) warnings.push(`${counted(more, "more image")} could not be read`);
  const { found = 0, images = 0 } = (provenance["train"] ?? {}) as Record<string, number>;
  if (found < images) {
    warnings.push(
      `${count(images - found)} of ${counted(images, "training image")} not found: the pools' images were not compared with them (pass --train)`,
    );
  }
  for (const { eigenIndex, cutShort } of components) {
    if (!cutShort) continue;
    warnings.push(
      `component ${String(eigenIndex)}: near-duplicates took the places of other images; pass a larger --candidates`,
    );
  }
  return warnings;
}

/** Images before the damage are in the result; that there may be more must not go unnoticed. */
export function refuseDamaged({ damaged }: MineResult): void {
  if (damaged.length > 0) throw archiveDamaged(damaged);
}
