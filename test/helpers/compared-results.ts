import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

import { compareResults, type Comparison } from "../../src/comparison/compare.js";
import { imagenet1k } from "../../src/imagenet/class-map.js";
import { ResultFolder } from "../../src/results/result-folder.js";
import { writeEvalResult } from "../../src/results/write-eval-result.js";
import type { ImageRow } from "../../src/scoring/image-row.js";
import { benchmarkRows } from "./benchmark-rows.js";
import { fileTree } from "./file-tree.js";
import { fixture } from "./fixtures.js";
import { resultOf } from "./rows.js";

export const PHOTOGRAPH = fixture("eval/data/imagenet/val/n01440764/ILSVRC2012_val_00000097.JPEG");

export interface ComparedResults {
  readonly root: string;
  readonly first: string;
  readonly second: string;
  readonly comparison: Comparison;
}

/**
 * Two results of the full benchmark's classes, and some of the pictures that changed most.
 * @param names of the models @param pictures how many there are
 */
export async function comparedResults(
  t: TestContext,
  {
    names = ["first", "second"],
    pictures = 0,
  }: { names?: readonly [string, string]; pictures?: number } = {},
): Promise<ComparedResults> {
  const root = fileTree(t, []);
  const folders: string[] = [];
  for (const [i, given] of comparedRows().entries()) {
    const folder = join(root, ["first", "second"][i] ?? "");
    await write(folder, given, names[i] ?? "", root);
    folders.push(folder);
  }
  const [first = "", second = ""] = folders;
  const comparison = await compareResults(first, second, { bootstrap: 60, images: 24 });
  for (const { split, path } of comparison.images.slice(0, pictures)) {
    const file = join(root, split, path);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(PHOTOGRAPH, file);
  }
  return { root, first, second, comparison };
}

/** Rows of the full benchmark's classes, as two models might give them. */
export function comparedRows(): [ImageRow[], ImageRow[]] {
  const rows = benchmarkRows(6, 8);
  return [rows, rows.map(mended)];
}

/** Spurious images lose some of their probability, those of odd classes more, some gain. */
function mended(row: ImageRow): ImageRow {
  if (row.split === "val") return row;
  const p = row.class % 7 === 0 ? row.p ** 0.5 : row.p * (row.class % 2 === 0 ? 0.9 : 0.3);
  return { ...row, p: Math.fround(p) };
}

async function write(folder: string, rows: readonly ImageRow[], name: string, root: string) {
  const result = resultOf(rows, {
    bootstrap: 20,
    preset: "paper-v2",
    model: { path: "/m.pt", sha256: "00", metadata: { name } },
    data: { spurious: join(root, "spurious"), val: join(root, "val") },
  });
  await using out = await ResultFolder.open(folder);
  await writeEvalResult(out, result, rows, imagenet1k());
}
