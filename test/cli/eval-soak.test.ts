import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { EvalResult } from "../../src/results/eval-result.js";
import { startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { modelFile, testClasses } from "../helpers/model-fixtures.js";
import { JOURNAL } from "../helpers/result-files.js";

const SLOW = process.env["SPURIOUS_NATIVE_SLOW_TESTS"] === "1";
const IMAGES = SLOW ? 100_000 : 2000;
const CLASSES = 10;
/** Of an image, kept for the scores: its name and its numbers. The picture alone is 3 KB. */
const ROW_BYTES = 500;
/** What V8 and libvips put off giving back; measured: 17 MB in all for the long run. */
const SLACK_BYTES = SLOW ? 20e6 : 60e6;

const PICTURES = ["420-33x31", "422-48x32", "420-67x18", "444-33x31"].map((name) =>
  fixture(`preprocess-core/jpeg/${name}.jpg`),
);

/** Pictures of two splits and ten classes, links to a few files. */
function makePictures(root: string): void {
  const each = IMAGES / CLASSES / 2;
  for (let index = 0; index < CLASSES; index++) {
    for (const split of ["val", "spurious"]) {
      const folder = join(root, split, `thing ${String(index)}`);
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < each; i++) {
        symlinkSync(PICTURES[i % PICTURES.length] ?? "", join(folder, `${String(i)}.jpg`));
      }
    }
  }
}

interface Sample {
  readonly resident: number;
  /** Part of the images that the journal has. */
  readonly done: number;
}

/** Resident memory of a run, again and again until all of its images are in the journal. */
async function watch(args: readonly string[], journal: string): Promise<Sample[]> {
  const samples: Sample[] = [];
  const { child, ended } = startCli(args);
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, "utf8");
      const resident = 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
      samples.push({ resident, done: statSync(journal).size });
    } catch {
      // Not begun, or ended: the journal is gone then.
    }
  }, 20);
  const { status, stderr } = await ended;
  clearInterval(timer);
  assert.equal(status, 0, stderr);
  const whole = Math.max(...samples.map(({ done }) => done));
  return samples.map(({ resident, done }) => ({ resident, done: done / whole }));
}

const largest = (samples: readonly Sample[]): number =>
  Math.max(...samples.map(({ resident }) => resident));

const skip = process.platform !== "linux" && "memory is read from /proc";

describe(`eval of ${String(IMAGES)} pictures`, { skip }, () => {
  test("takes no more memory at its end than after its first third, but for the rows", async (t) => {
    const root = fileTree(t, { "classes.json": JSON.stringify(testClasses(CLASSES)) });
    makePictures(root);
    const out = join(root, "out");
    const what = ["eval", modelFile("traced-conv.pt"), "--size", "32", "--normalize", "none"];
    const data = ["--data", join(root, "spurious"), "--val", join(root, "val"), "--out", out];
    const rest = ["--class-map", join(root, "classes.json"), "--bootstrap", "0", "--device", "cpu"];
    const samples = await watch([...what, ...data, ...rest, "--quiet"], join(out, JOURNAL));
    const first = largest(samples.filter(({ done }) => done > 0.2 && done <= 0.4));
    // With all of them in the journal the result is written, which takes more for a moment.
    const last = largest(samples.filter(({ done }) => done > 0.8 && done < 1));
    const allowed = SLACK_BYTES + 0.6 * IMAGES * ROW_BYTES;
    assert.ok(
      first > 0 && last - first < allowed,
      `from ${String(first)} to ${String(last)} bytes`,
    );
    const { counts } = JSON.parse(readFileSync(join(out, "result.json"), "utf8")) as EvalResult;
    assert.deepEqual([counts.val, counts.spurious], [IMAGES / 2, IMAGES / 2]);
    t.diagnostic(`resident ${String(first / 1e6)} MB, then ${String(last / 1e6)} MB`);
  });
});
