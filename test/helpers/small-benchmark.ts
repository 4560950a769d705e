import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { TestContext } from "node:test";

import { fileTree } from "./file-tree.js";
import { fixture } from "./fixtures.js";
import { modelFile, testClasses } from "./model-fixtures.js";
import { REFERENCE_SETS } from "./preprocess-reference.js";

export interface SmallBenchmark {
  /** Holds everything; results may be written below it. */
  readonly root: string;
  readonly data: string;
  readonly val: string;
  /** `eval` with a tiny model, the data and the flags it needs. */
  readonly evalArgs: readonly string[];
}

/** Pictures of moderate shape, so that they are quick to prepare. */
const PICTURES = REFERENCE_SETS.flatMap(({ folder, images }) =>
  images
    .filter(({ width, height }) => Math.max(width, height) < 3 * Math.min(width, height))
    .map(({ file }) => fixture(`${folder}/${file}`)),
);

/**
 * A benchmark of three classes whose pictures are links to those of the reference, for a model that
 * takes a millisecond.
 */
export function smallBenchmark(
  t: TestContext,
  { val = 4, spurious = 5 }: { val?: number; spurious?: number } = {},
): SmallBenchmark {
  const root = fileTree(t, { "classes.json": JSON.stringify(testClasses(10)) });
  let next = 0;
  const fill = (folder: string, count: number): void => {
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < count; i++) {
      const picture = PICTURES[next++ % PICTURES.length] ?? "";
      symlinkSync(picture, join(folder, `${String(i).padStart(4, "0")}${extname(picture)}`));
    }
  };
  for (const index of [0, 3, 7]) {
    fill(join(root, "val", `thing ${index}`), val);
    fill(join(root, "spurious", `thing ${index}`), spurious);
  }
  const [data, validation] = [join(root, "spurious"), join(root, "val")];
  const model = ["eval", modelFile("traced-conv.pt"), "--size", "32", "--normalize", "none"];
  const rest = ["--class-map", join(root, "classes.json"), "--data", data, "--val", validation];
  return { root, data, val: validation, evalArgs: [...model, ...rest, "--bootstrap", "40"] };
}

/** Puts something in the place of a picture. */
export function replacePicture(folder: string, name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}
