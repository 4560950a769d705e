import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test } from "node:test";

import { runCli, startCli } from "../helpers/cli.js";
import { fixture } from "../helpers/fixtures.js";
import { assertContent, resultContent } from "../helpers/folder-content.js";
import { fitPaintedPca, paintPictures, writePictures } from "../helpers/mining-pool.js";
import { Random } from "../helpers/random.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { smallTraining } from "../helpers/small-pca.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const isSlow = process.env["SPURIOUS_NATIVE_SLOW_TESTS"] === "1";
const KILLS = isSlow ? 100 : 3;
const SEED = Number(process.env["SPURIOUS_NATIVE_TEST_SEED"] ?? 1);
const HOURS_MS = 3 * 3_600_000;

/**
 * Runs a command again and again with --resume, killed after random times; every result that comes of it
 * is the one of an undisturbed run.
 */
async function killedAtRandom(args: readonly string[], root: string): Promise<void> {
  mkdirSync(root, { recursive: true });
  const [whole, out] = [join(root, "whole"), join(root, "killed")];
  const begun = Date.now();
  const one = await runCli([...args, "--out", whole]);
  assert.equal(one.status, 0, one.stderr);
  const milliseconds = Date.now() - begun;
  const expected = resultContent(whole);
  const random = new Random(SEED);
  let kills = 0;
  let isWhole = false;
  while (kills < KILLS || !isWhole) {
    const { child, ended } = startCli([...args, "--out", out, "--resume"]);
    const delay = kills < KILLS ? random.next() * milliseconds : HOURS_MS;
    const isOver = ended.then(() => true);
    const hasEnded = await Promise.race([isOver, sleep(delay, false, { ref: false })]);
    if (!hasEnded) child.kill("SIGKILL");
    const { status, signal, stderr } = await ended;
    if (signal === "SIGKILL") {
      kills += 1;
      isWhole = false;
      continue;
    }
    // Killed behind its last file, a run has left a result that there is nothing to go on with.
    const isComplete = status === 2 && stderr.includes("error[OUTPUT_EXISTS]");
    assert.ok(status === 0 || isComplete, stderr);
    assertContent(out, expected);
    isWhole = true;
    if (kills === KILLS) continue;
    for (const path of [out, `${out}.progress.jsonl`])
      rmSync(path, { recursive: true, force: true });
  }
}

describe(`${String(KILLS)} random kill -9 leave the files of one run`, () => {
  const root = temporaryFolder();
  let [train, pca, mined, pool, labels]: string[] = [];
  let fitArgs: readonly string[] = [];

  before(async () => {
    if (!isSlow) return;
    ({ train, fitArgs } = await smallTraining(root.path, { classes: 12, images: 9 }));
    pca = join(root.path, "pca");
    const { status, stderr } = await runCli([...fitArgs, "--out", pca]);
    assert.equal(status, 0, stderr);
    labels = join(root.path, "labels.json");
    const classes = Array.from({ length: 12 }, (_, index) => [index, [0, 1]]);
    writeFileSync(labels, JSON.stringify(Object.fromEntries(classes)));
    ({ pca: mined } = await fitPaintedPca(join(root.path, "mine")));
    pool = join(root.path, "pool");
    writePictures(pool, await paintPictures(300));
  });
  after(() => root.remove());

  const skip = isSlow ? false : "SPURIOUS_NATIVE_SLOW_TESTS=1 is not set";
  test("eval", async (t) => {
    const { root: folder, evalArgs } = smallBenchmark(t, { val: 20, spurious: 20 });
    await killedAtRandom([...evalArgs, "--batch", "4"], folder);
  });

  test("pca fit", { skip }, () => killedAtRandom(fitArgs, join(root.path, "fit")));

  test("spufix fit", { skip }, () => {
    const model = fixture("eval/models/tiny-resnet.pt");
    const what = ["spufix", "fit", model, "--train", train ?? "", "--size", "64"];
    const rest = ["--alphas", pca ?? "", "--components", labels ?? "", "--batch", "4"];
    return killedAtRandom([...what, ...rest], join(root.path, "fix"));
  });

  test("evidence", { skip }, () => {
    const classes = ["--class", "0", "--class", "1", "--class", "2"];
    const size = ["--components", "2", "--pool-size", "3", "--eps", "8", "--steps", "6"];
    return killedAtRandom(
      ["evidence", pca ?? "", ...classes, ...size],
      join(root.path, "evidence"),
    );
  });

  test("mine", { skip }, () => {
    const what = ["mine", mined ?? "", "--class", "0", "--component", "1,3", "--top", "20"];
    const rest = ["--device", "cpu", "--batch", "1", "--pool", pool ?? ""];
    return killedAtRandom([...what, ...rest], join(root.path, "mined"));
  });
});
