import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";

import { readSafetensors } from "../../src/artefacts/safetensors.js";
import { answerOf, startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { namesIn } from "../helpers/result-files.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { paintTrainFolder } from "../helpers/train-folder.js";
import { waitFor } from "../helpers/wait.js";

const CLASSES = 24;
const JOURNAL = ".progress.jsonl";

/** Classes in the journal beside a fix that is not written yet. */
function journalledClasses(out: string): number {
  if (!existsSync(out + JOURNAL)) return 0;
  return readFileSync(out + JOURNAL, "utf8").split("\n").length - 2;
}

describe("spufix fit --resume", () => {
  const root = temporaryFolder();
  const model = fixture("eval/models/tiny-resnet.pt");
  const [train, pca] = [join(root.path, "train"), join(root.path, "pca")];
  const labels = join(root.path, "labels.json");
  const [whole, half] = [join(root.path, "whole.safetensors"), join(root.path, "half")];
  const args = (out: string, ...more: string[]): string[] => [
    ...["spufix", "fit", model, "--train", train, "--size", "64", "--alphas", pca],
    ...["--components", labels, "--batch", "4", "--out", out, ...more],
  ];

  before(async () => {
    const classes = Array.from({ length: CLASSES }, (_, index) => index);
    await paintTrainFolder(train, classes, { images: 12, size: 64 });
    const fit = ["pca", "fit", model, "--train", train, "--size", "64", "--out", pca];
    const fitted = await answerOf([...fit, "--classes", "0-23", "--components", "2"]);
    assert.equal(fitted.status, 0, fitted.stderr);
    writeFileSync(labels, JSON.stringify(Object.fromEntries(classes.map((k) => [k, [0, 1]]))));
    const { status, stderr } = await answerOf(args(whole));
    assert.equal(status, 0, stderr);
    assert.ok(!existsSync(whole + JOURNAL));
    await stoppedInTheMiddle("SIGKILL", half);
  });
  after(() => root.remove());

  async function stoppedInTheMiddle(signal: NodeJS.Signals, out: string) {
    const { child, ended } = startCli(args(out, "--json"));
    await waitFor("finished classes", () => journalledClasses(out) >= 2);
    child.kill(signal);
    const result = await ended;
    assert.ok(!existsSync(out), "it had finished");
    return result;
  }

  /** A copy of what the killed run left. */
  function copyOfHalf(t: TestContext): string {
    const out = join(fileTree(t, []), "fix.safetensors");
    cpSync(half + JOURNAL, out + JOURNAL);
    return out;
  }

  async function assertSameDirections(out: string): Promise<void> {
    const [got, expected] = [await readSafetensors(out), await readSafetensors(whole)];
    assert.deepEqual(got.tensors, expected.tensors);
    assert.equal(expected.tensors.get("directions")?.shape[0], 2 * CLASSES);
  }

  test("after kill -9 goes on behind the finished classes; the tensors are those of one run", async (t) => {
    const out = copyOfHalf(t);
    assert.ok(journalledClasses(out) >= 2);
    // As a process leaves it that is killed while it writes.
    writeFileSync(out + JOURNAL, '{"index": 23, "dire', { flag: "a" });
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    await assertSameDirections(out);
    assert.ok(!existsSync(out + JOURNAL));
  });

  test("SIGTERM ends with status 143 and leaves a run that can be gone on with", async (t) => {
    const out = join(fileTree(t, []), "fix.safetensors");
    const { status } = await stoppedInTheMiddle("SIGTERM", out);
    assert.equal(status, 143);
    const resumed = await answerOf(args(out, "--resume"));
    assert.equal(resumed.status, 0, resumed.stderr);
    await assertSameDirections(out);
  });

  test("an unfinished run is neither overwritten nor gone on with unasked", async (t) => {
    const out = copyOfHalf(t);
    const before = readFileSync(out + JOURNAL);
    const { status, stderr } = await answerOf(args(out));
    assert.equal(status, 2);
    assert.match(stderr, /error\[OUTPUT_EXISTS\].*\nhint: pass --resume/);
    assert.deepEqual(readFileSync(out + JOURNAL), before);
    const forced = await answerOf(args(out, "--force"));
    assert.equal(forced.status, 0, forced.stderr);
    await assertSameDirections(out);
  });

  test("another PCA in the same folder, other images, another limit: refused by name", async (t) => {
    const out = copyOfHalf(t);
    const away = join(root.path, "away");
    cpSync(pca, away, { recursive: true });
    t.after(() => {
      rmSync(pca, { recursive: true });
      cpSync(away, pca, { recursive: true });
    });
    const fit = ["pca", "fit", model, "--train", train, "--size", "64", "--out", pca, "--force"];
    const refitted = await answerOf([...fit, "--classes", "0-23", "--components", "3"]);
    assert.equal(refitted.status, 0, refitted.stderr);
    const other = await answerOf(args(out, "--resume"));
    assert.equal(other.status, 6, other.stderr);
    assert.match(other.stderr, /error\[RESUME_MISMATCH\].*expected discovery /);

    rmSync(pca, { recursive: true });
    cpSync(away, pca, { recursive: true });
    const limited = await answerOf(args(out, "--resume", "--max-pixels", "9999"));
    assert.match(limited.stderr, /error\[RESUME_MISMATCH\].*expected maxPixels /);

    const [first, moved] = [join(train, "23", "023_000.png"), join(root.path, "moved.png")];
    renameSync(first, moved);
    t.after(() => renameSync(moved, first));
    const fewer = await answerOf(args(out, "--resume"));
    assert.equal(fewer.status, 6, fewer.stderr);
    assert.match(fewer.stderr, /error\[RESUME_MISMATCH\].*expected images /);
  });

  test("the training folder may be named otherwise, and classes that are there twice count once", async (t) => {
    const out = copyOfHalf(t);
    const [, first = ""] = readFileSync(out + JOURNAL, "utf8").split("\n");
    writeFileSync(out + JOURNAL, `${first}\n`, { flag: "a" });
    const otherwise = args(out, "--resume").map((one) => (one === train ? `${train}/` : one));
    const { status, stderr } = await answerOf(otherwise);
    assert.equal(status, 0, stderr);
    await assertSameDirections(out);
  });

  test("while a run is at work another one is refused", async (t) => {
    const out = join(fileTree(t, []), "fix.safetensors");
    const { child, ended } = startCli(args(out));
    await waitFor("finished classes", () => journalledClasses(out) >= 1);
    child.kill("SIGSTOP");
    for (const flag of ["--resume", "--force"]) {
      const { status, stderr } = await answerOf(args(out, flag));
      assert.equal(status, 2, stderr);
      assert.match(stderr, /error\[OUTPUT_EXISTS\].*expected no other run that writes there/);
    }
    child.kill("SIGCONT");
    assert.equal((await ended).status, 0);
    await assertSameDirections(out);
    assert.deepEqual(namesIn(join(out, "..")), ["fix.safetensors"]);
  });

  test("other labels, another model: refused by name", async (t) => {
    const out = copyOfHalf(t);
    const other = join(fileTree(t, { "labels.json": '{"0": [1]}' }), "labels.json");
    const changed = args(out, "--resume").map((one) => (one === labels ? other : one));
    const { status, stderr } = await answerOf(changed);
    assert.equal(status, 6, stderr);
    assert.match(stderr, /error\[RESUME_MISMATCH\].*expected components/);
    const precise = await answerOf(args(out, "--resume", "--normalize", "none"));
    assert.match(precise.stderr, /error\[RESUME_MISMATCH\].*expected normalization/);
  });
});
