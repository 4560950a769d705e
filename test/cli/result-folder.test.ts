import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { answerOf } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { JOURNAL, namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";

describe("the result folder", () => {
  test("is never overwritten silently; --force replaces", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const out = join(root, "results", "one");
    assert.equal((await answerOf([...evalArgs, "--out", out])).status, 0);
    assert.deepEqual(namesIn(out), RESULT_FILES);
    const before = readFileSync(join(out, "result.json"), "utf8");

    const refused = await answerOf([...evalArgs, "--out", out]);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error\[OUTPUT_EXISTS\]: .*got 6 entries\nhint: .*--force/);
    assert.equal(readFileSync(join(out, "result.json"), "utf8"), before);

    const forced = await answerOf([...evalArgs, "--out", out, "--force", "--seed", "5"]);
    assert.equal(forced.status, 0);
    assert.notEqual(readFileSync(join(out, "result.json"), "utf8"), before);
    assert.deepEqual(namesIn(out), RESULT_FILES);
  });

  test("--resume of a whole result gives it back where it is the one asked for, and refuses another", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const out = join(root, "out");
    const args = [...evalArgs, "--out", out];
    assert.equal((await answerOf(args)).status, 0);
    const before = RESULT_FILES.map((name) => readFileSync(join(out, name), "utf8"));

    const same = await answerOf([...args, "--resume", "--json"]);
    assert.equal(same.status, 0, same.stderr);
    assert.doesNotMatch(same.stderr, /evaluating/);
    assert.deepEqual(
      JSON.parse(same.stdout),
      JSON.parse(readFileSync(join(out, "result.json"), "utf8")),
    );

    const other = [modelFile("traced-conv.pt"), modelFile("convnext.pt")];
    for (const changed of [
      [...args, "--seed", "5"],
      [...args, "--temperature", "2"],
      args.map((one) => (one === other[0] ? String(other[1]) : one)),
    ]) {
      const { status, stderr } = await answerOf([...changed, "--resume"]);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /^error\[OUTPUT_EXISTS\]: .*expected one with .*, got one with/m);
    }
    assert.deepEqual(
      RESULT_FILES.map((name) => readFileSync(join(out, name), "utf8")),
      before,
    );
  });

  test("--resume of a folder of something else is refused", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const before = namesIn(root);
    const { status, stderr } = await answerOf([...evalArgs, "--out", root, "--resume"]);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^error\[OUTPUT_EXISTS\]: .*expected an unfinished run or an empty folder/m,
    );
    assert.deepEqual(namesIn(root), before);
  });

  test("an unfinished run is refused with the hint to go on", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    writeFileSync(join(root, JOURNAL), "");
    const { status, stderr } = await answerOf([...evalArgs, "--out", root]);
    assert.equal(status, 2);
    assert.match(stderr, /got an unfinished run\nhint: pass --resume/);
  });

  test("--force and --resume at once are a matter of usage", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const both = ["--out", join(root, "out"), "--force", "--resume"];
    const { status, stderr } = await answerOf([...evalArgs, ...both]);
    assert.equal(status, 2);
    assert.match(stderr, /error\[USAGE_INVALID\]: .*--force or --resume, got both/);
  });

  test("a run that fails before it has done anything leaves no folder behind", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const out = join(root, "out");
    assert.equal((await answerOf([...evalArgs, "--out", out, "--data", "/nowhere"])).status, 4);
    assert.deepEqual(namesIn(root).includes("out"), false);
  });

  test("without --out nothing is written", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const before = namesIn(root);
    const { status, stderr } = await answerOf(evalArgs);
    assert.equal(status, 0);
    assert.doesNotMatch(stderr, /results are in/);
    assert.deepEqual(namesIn(root), before);
  });
});
