import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { paintTrainFolder } from "../helpers/train-folder.js";

const SCRIPT = fileURLToPath(new URL("../helpers/fitting-classes.ts", import.meta.url));
const IMAGES = 50;
const CLASSES = process.env["SPURIOUS_NATIVE_SLOW_TESTS"] === "1" ? 300 : 40;
/** The pixels of a class are 600 kB, its features and alphas 30 kB: kept, those of 27 are 17 MB. */
const ALLOWED = 8e6;

test(`fitting ${CLASSES} classes takes no more memory than the first ones did`, async (t) => {
  const root = fileTree(t, []);
  const [painted, train] = [join(root, "painted"), join(root, "train")];
  await paintTrainFolder(painted, [0], { images: IMAGES, size: 64 });
  for (let index = 0; index < CLASSES; index++) {
    mkdirSync(join(train, String(index)), { recursive: true });
    for (const name of readdirSync(join(painted, "0"))) {
      linkSync(join(painted, "0", name), join(train, String(index), name));
    }
  }
  const model = fixture("eval/models/tiny-resnet.pt");
  const args = ["--expose-gc", "--import", "tsx", SCRIPT, model, train];
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...[...args, String(CLASSES), String(IMAGES), join(root, "pca")],
  ]);
  const resident = stdout.trim().split("\n").map(Number);
  assert.equal(resident.length, CLASSES);
  const third = Math.floor(CLASSES / 3);
  const growth = median(resident.slice(-third)) - median(resident.slice(third >> 1, third));
  assert.ok(growth < ALLOWED, `resident memory grew by ${growth} bytes: ${resident.join(", ")}`);
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
