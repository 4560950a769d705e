import assert from "node:assert/strict";
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import type { MineResult } from "../../src/mining/mine-result.js";
import { answerOf, runCli, startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { lineCount } from "../helpers/folder-content.js";
import {
  assertSameLists,
  fitPaintedPca,
  listsOf,
  paintPictures,
  readJsonFile,
  writeTars,
} from "../helpers/mining-pool.js";
import { JOURNAL } from "../helpers/result-files.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { waitFor } from "../helpers/wait.js";

const IMAGES = 420;
/** Of a batch of one. */
const IMAGES_PER_STRETCH = 32;

describe("mine that is interrupted or done in parts", () => {
  const root = temporaryFolder();
  let tars: string[] = [];
  let pca = "";
  const whole = join(root.path, "whole");

  before(async () => {
    const pictures = await paintPictures(IMAGES);
    tars = writeTars(join(root.path, "tars"), { ...pictures, "x/bad.png": Buffer.from("x") }, 5);
    ({ pca } = await fitPaintedPca(root.path));
    const { status, stderr } = await answerOf(args(whole));
    assert.equal(status, 0, stderr);
  });
  after(() => root.remove());

  function args(out: string, ...more: string[]): string[] {
    const what = ["mine", pca, "--class", "0", "--component", "1,3", "--top", "60"];
    return [...what, "--device", "cpu", "--batch", "1", "--out", out, ...more, "--pool", ...tars];
  }

  /** The whole run's result, but for the last bits of numbers. */
  function assertSameAsWhole(out: string): void {
    const [got, expected] = [out, whole].map((one) =>
      readJsonFile<MineResult>(join(one, "mine.json")),
    );
    assert.ok(got && expected);
    assertSameLists(listsOf(got), listsOf(expected));
    for (const name of ["counts", "skipped", "settings", "list", "shard", "pools"] as const) {
      assert.deepEqual(got[name], expected[name]);
    }
    assert.deepEqual(readdirSync(out).sort(), readdirSync(whole).sort());
  }

  /** Kills a run once it has done more stretches than before. */
  async function killedAfter(stretches: number, signal: NodeJS.Signals, list: string[]) {
    const out = list[list.indexOf("--out") + 1] ?? "";
    const { child, ended } = startCli(list);
    await waitFor("stretches", () => lineCount(join(out, JOURNAL)) >= 1 + stretches);
    child.kill(signal);
    const answer = await ended;
    assert.ok(lineCount(join(out, JOURNAL)) - 1 < IMAGES / IMAGES_PER_STRETCH, "it had finished");
    return answer;
  }

  test("kill -9 five times and gone on with: the same list", async (t) => {
    const out = join(fileTree(t, []), "mined");
    for (const [i, stretches] of [1, 3, 5, 7, 9].entries()) {
      await killedAfter(stretches, "SIGKILL", args(out, ...(i > 0 ? ["--resume"] : [])));
    }
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameAsWhole(out);
  });

  test("SIGTERM: status 143, and --resume goes on to the same list", async (t) => {
    const out = join(fileTree(t, []), "mined");
    const { status, stderr } = await killedAfter(3, "SIGTERM", args(out));
    assert.equal(status, 143);
    assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
    const refused = await answerOf(args(out));
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error\[OUTPUT_EXISTS\]: .*\nhint: .*--resume/m);
    for (const [flag, value, name] of [
      ["--top", "61", "top 61"],
      ["--near-duplicates", "3", "nearDuplicates 3"],
      ["--component", "4", "components \\[1,3,4\\]"],
      ["--shard", "1/2", "shard \\{"],
    ] as const) {
      const other = await answerOf(args(out, "--resume", flag, value));
      assert.equal(other.status, 6, other.stderr);
      assert.match(
        other.stderr,
        new RegExp(`^error\\[RESUME_MISMATCH\\]: .*: expected ${name}`, "m"),
      );
    }
    const resumed = await answerOf(args(out, "--resume"));
    assert.equal(resumed.status, 0, resumed.stderr);
    assertSameAsWhole(out);
  });

  test("other images in the pool are another run", async (t) => {
    const out = join(fileTree(t, []), "mined");
    await killedAfter(2, "SIGTERM", args(out));
    const aside = join(root.path, "aside.tar");
    const [first = "", second = ""] = tars;
    copyFileSync(first, aside);
    t.after(() => copyFileSync(aside, first));
    copyFileSync(second, first);
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 6);
    assert.match(stderr, /^error\[RESUME_MISMATCH\]: .*: expected images /m);
  });

  test("four parts merged are the list of one run, in any order, and can be merged again", async (t) => {
    const folder = fileTree(t, []);
    const parts = [1, 2, 3, 4].map((i) => join(folder, `part-${i}`));
    for (const [i, part] of parts.entries()) {
      const { status, stderr } = await answerOf(args(part, "--shard", `${i + 1}/4`));
      assert.equal(status, 0, stderr);
      assert.deepEqual(readdirSync(part).sort(), [
        "candidates.json",
        "mine.csv",
        "mine.json",
        "part.json",
      ]);
    }
    const out = join(folder, "merged");
    for (const order of [parts, [...parts].reverse()]) {
      const { status, stderr } = await answerOf([
        "mine",
        "merge",
        ...order,
        "--out",
        out,
        "--force",
      ]);
      assert.equal(status, 0, stderr);
      const merged = readJsonFile<MineResult>(join(out, "mine.json"));
      const one = readJsonFile<MineResult>(join(whole, "mine.json"));
      assertSameLists(listsOf(merged), listsOf(one));
      assert.deepEqual(merged.counts, one.counts);
      assert.deepEqual(merged.skipped, one.skipped);
      assert.deepEqual(readdirSync(out).sort(), readdirSync(whole).sort());
      assert.equal(readdirSync(join(out, "images", "comp_1")).length, 60);
    }
  });

  test("parts that make no whole are refused: missing, twice, of other settings, no part", async (t) => {
    const folder = fileTree(t, []);
    const part = async (name: string, ...more: string[]): Promise<string> => {
      const out = join(folder, name);
      const { status, stderr } = await answerOf(args(out, ...more));
      assert.equal(status, 0, stderr);
      return out;
    };
    const [one, two, other] = [
      await part("one", "--shard", "1/3"),
      await part("two", "--shard", "2/3"),
      await part("other", "--shard", "3/3", "--near-duplicates", "5"),
    ];
    for (const [parts, said] of [
      [[one, two], "expected parts 1 to 3, got all but 3"],
      [[one, two, two], "expected every part once, got part 2 again"],
      [[one, two, other], "expected nearDuplicates 4, got 5"],
      [[one, whole], "expected a whole part \\(--shard i/n\\), or a folder of them, got none"],
    ] as const) {
      const out = join(folder, "merged");
      const { status, stderr } = await answerOf(["mine", "merge", ...parts, "--out", out]);
      assert.equal(status, 6);
      assert.match(
        stderr,
        new RegExp(`^error\\[SHARDS_INCOMPLETE\\]: merging parts: .*${said}`, "m"),
      );
      assert.ok(!readdirSync(folder).includes("merged"));
    }
    const three = await part("three", "--shard", "3/3");
    rmSync(join(two, "mine.json"));
    const line = ["mine", "merge", one, two, three, "--out", join(folder, "merged")];
    const { status, stderr } = await answerOf(line);
    assert.equal(status, 6);
    assert.match(stderr, /^error\[SHARDS_INCOMPLETE\]: .*two\/mine\.json: .*no such file/m);
  });

  test("a part by the environment is that of the flag, which comes first; --workers does no part", async (t) => {
    const folder = fileTree(t, []);
    const list = (name: string) => readJsonFile<MineResult>(join(folder, name, "mine.json"));
    const runs = {
      flag: { line: ["--shard", "2/3"], variable: "1/3" },
      variable: { line: [], variable: "2/3" },
    };
    for (const [name, { line, variable }] of Object.entries(runs)) {
      const env = { SPURIOUS_NATIVE_SHARD: variable };
      const command = [...args(join(folder, name), ...line), "--json"];
      const { status, stdout, stderr } = await runCli(command, { env });
      assert.equal(status, 0, stderr);
      assert.deepEqual((JSON.parse(stdout) as MineResult).shard, { index: 2, of: 3 });
    }
    assert.deepEqual(list("flag").components, list("variable").components);
    const both = args(join(folder, "both"), "--shard", "1/2", "--workers", "2");
    const { status, stderr } = await answerOf(both);
    assert.equal(status, 2);
    assert.match(stderr, /error\[USAGE_INVALID\]: .*got --workers or a list of devices as well/);
  });
});
