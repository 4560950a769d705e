import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import type { MineResult } from "../../src/mining/mine-result.js";
import { rankImages } from "../../src/pca/rank.js";
import { runCli, startCli } from "../helpers/cli.js";
import { lineCount } from "../helpers/folder-content.js";
import {
  assertSameLists,
  fitPaintedPca,
  listsOf,
  paintPictures,
  readJsonFile,
  writePictures,
  writeTars,
} from "../helpers/mining-pool.js";
import { JOURNAL } from "../helpers/result-files.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { waitFor } from "../helpers/wait.js";

const IMAGES = 20_000;
const SHARDS = 40;
const TOP = 500;

const skip =
  process.env["SPURIOUS_NATIVE_SLOW_TESTS"] !== "1" && "slow: set SPURIOUS_NATIVE_SLOW_TESTS=1";

describe("mine of 20,000 images in 40 tar files", { skip }, () => {
  const root = temporaryFolder();
  const folder = join(root.path, "pool");
  let tars: string[] = [];
  let few: string[] = [];
  let pca = "";
  const whole = join(root.path, "whole");
  let memory = 0;

  before(async () => {
    const pictures = await paintPictures(IMAGES);
    writePictures(folder, pictures);
    tars = writeTars(join(root.path, "tars"), pictures, SHARDS);
    const first = Object.fromEntries(Object.entries(pictures).slice(0, IMAGES / 10));
    few = writeTars(join(root.path, "few"), first, SHARDS / 10);
    ({ pca } = await fitPaintedPca(root.path));
    memory = await mineWatched(args(tars, whole));
  });
  after(() => root.remove());

  function args(pools: readonly string[], out: string, ...more: string[]): string[] {
    const what = ["mine", pca, "--class", "0", "--component", "0,4", "--top", String(TOP)];
    const how = ["--device", "cpu", "--no-copies", "--near-duplicates", "4", "--progress", "none"];
    return [...what, ...how, "--out", out, ...more, "--pool", ...pools];
  }

  /** @returns the largest resident size in MiB */
  async function mineWatched(list: readonly string[]): Promise<number> {
    const { child, ended } = startCli(list);
    let largest = 0;
    const timer = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${String(child.pid)}/status`, "utf8");
        // One that has ended and was not waited for has a status without sizes.
        const kibibytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
        largest = Math.max(largest, kibibytes / 1024);
      } catch {
        // It has just ended.
      }
    }, 20);
    const { status, stderr } = await ended;
    clearInterval(timer);
    assert.equal(status, 0, stderr);
    return largest;
  }

  const withoutTar = (id: string): string => id.slice(id.indexOf("/") + 1);
  const resultOf = (out: string) => readJsonFile<MineResult>(join(out, "mine.json"));

  test("is the list of a sort of all images", async () => {
    const { components } = resultOf(whole);
    for (const { eigenIndex, nearDuplicates } of components) {
      const request = { pca, class: 0, component: eigenIndex, top: IMAGES, least: 0, pool: folder };
      const passed = new Set(nearDuplicates.map(({ id }) => withoutTar(id)));
      const { top } = await rankImages(request);
      const expected = top.filter(({ path }) => !passed.has(path)).slice(0, TOP);
      assertSameLists(
        listsOf(resultOf(whole), withoutTar).filter((one) => one.eigenIndex === eigenIndex),
        [{ eigenIndex, top: expected }],
      );
    }
  });

  test("needs at most 100 MiB more than for 2,000 images", async () => {
    const small = await mineWatched(args(few, join(root.path, "small")));
    assert.ok(memory - small < 100, `${memory.toFixed(0)} and ${small.toFixed(0)} MiB`);
  });

  test("kill -9 five times and gone on with: the same list", async () => {
    const out = join(root.path, "killed");
    for (const stretches of [2, 5, 8, 11, 14]) {
      const { child, ended } = startCli(args(tars, out, ...(stretches > 2 ? ["--resume"] : [])));
      await waitFor("stretches", () => lineCount(join(out, JOURNAL)) > stretches);
      child.kill("SIGKILL");
      assert.equal((await ended).signal, "SIGKILL");
    }
    const { status, stderr } = await runCli(args(tars, out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameLists(listsOf(resultOf(out)), listsOf(resultOf(whole)));
    assert.deepEqual(resultOf(out).counts, resultOf(whole).counts);
  });

  test("four parts merged are the list of one run", async () => {
    const parts = [1, 2, 3, 4].map((i) => join(root.path, `part-${i}`));
    for (const [i, part] of parts.entries()) {
      const { status, stderr } = await runCli(args(tars, part, "--shard", `${i + 1}/4`));
      assert.equal(status, 0, stderr);
    }
    const out = join(root.path, "merged");
    const { status, stderr } = await runCli([
      "mine",
      "merge",
      ...parts,
      "--out",
      out,
      "--no-copies",
    ]);
    assert.equal(status, 0, stderr);
    assertSameLists(listsOf(resultOf(out)), listsOf(resultOf(whole)));
    assert.deepEqual(resultOf(out).counts, resultOf(whole).counts);
  });
});
