import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { openBenchmark } from "../../src/datasets/benchmark.js";
import type { Sample } from "../../src/datasets/sample.js";
import { resolveClassMap } from "../../src/imagenet/class-map.js";
import { testClasses } from "../helpers/model-fixtures.js";
import { Random } from "../helpers/random.js";
import { paintPicture } from "../helpers/train-folder.js";
import { caseFolder } from "./case-folder.js";
import type { Files } from "./folder-seed.js";

export const PICTURE = await paintPicture(new Random(1), 16);

/** The classes of a model of ten, as a document. */
export const CLASSES = testClasses(10);

const CLASSES_FILE = join(caseFolder, "classes.json");
writeFileSync(CLASSES_FILE, JSON.stringify(CLASSES));

/** As it is when they come from a file. */
export const CLASS_MAP = resolveClassMap(CLASSES_FILE, 10);

/** Pictures of two classes in given/val and given/spurious. */
export const BENCHMARK_FILES: Files = Object.fromEntries(
  ["val", "spurious"].flatMap((split) =>
    [0, 3].flatMap((index) =>
      [0, 1].map((i) => [`given/${split}/thing ${String(index)}/${String(i)}.png`, PICTURE]),
    ),
  ),
);

/** The same as samples, whose paths are the same wherever the folders are. */
export const SAMPLES: readonly Sample[] = await samplesIn(join(caseFolder, "seed-benchmark"));

async function samplesIn(root: string): Promise<readonly Sample[]> {
  for (const [name, content] of Object.entries(BENCHMARK_FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  const folders = { data: join(root, "given/spurious"), val: join(root, "given/val") };
  return (await openBenchmark({ ...folders, classMap: CLASS_MAP })).samples;
}
