import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { answerOf } from "../helpers/cli.js";
import { JOURNAL, namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";

describe("the result folder", () => {
  test("is never overwritten silently; --force replaces, --resume of a whole result does it again", async (t) => {
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
    assert.equal((await answerOf([...evalArgs, "--out", out, "--resume"])).status, 0);
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
