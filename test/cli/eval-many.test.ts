import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { Evaluations } from "../../src/evaluation/evaluate-many.js";
import { answerOf, runCli, startCli } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { JOURNAL, journalLines, namesIn, RESULT_FILES } from "../helpers/result-files.js";
import { replacePicture, smallBenchmark } from "../helpers/small-benchmark.js";
import { waitFor } from "../helpers/wait.js";

const SECOND = modelFile("scripted-conv.pt");

describe("eval of several models", () => {
  test("ends with a table of all, errors by name, and the first failure's status", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const args = [...evalArgs, modelFile("text.pt"), SECOND, "--out", join(root, "out")];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 5);
    assert.match(stderr, /^traced-conv \(1 of 3\)$/m);
    assert.match(stderr, /^error\[MODEL_NOT_TORCHSCRIPT\]: text: /m);
    const [header = "", , ...rows] = stdout.trimEnd().split("\n");
    assert.match(header, /^model +mean score +95 % interval +joint score +status$/);
    assert.match(
      rows[0] ?? "",
      /^traced-conv +[01]\.\d{3} +[01]\.\d{3} – [01]\.\d{3} +[01]\.\d{3} +evaluated$/,
    );
    assert.match(rows[1] ?? "", /^text +– +– +– +failed: MODEL_NOT_TORCHSCRIPT$/);
    assert.match(rows[2] ?? "", /^scripted-conv .* evaluated$/);
    assert.equal(rows.length, 3);
    assert.match((await answerOf(args)).stdout, /^traced-conv .* done before$/m);
  });

  test("--json is one document", async (t) => {
    const { evalArgs } = smallBenchmark(t);
    const { status, stdout } = await answerOf([
      ...evalArgs,
      SECOND,
      modelFile("text.pt"),
      "--json",
    ]);
    assert.equal(status, 5);
    const { schema, models } = JSON.parse(stdout) as Evaluations;
    assert.equal(schema, "spurious-native/evaluations/1");
    assert.deepEqual(
      models.map(({ name, exitStatus }) => [name, exitStatus]),
      [
        ["traced-conv", 0],
        ["scripted-conv", 0],
        ["text", 5],
      ],
    );
    assert.equal(models[2]?.error?.code, "MODEL_NOT_TORCHSCRIPT");
  });

  test("--list adds the models of a file, and even one of them gets its own folder", async (t) => {
    const { root, evalArgs } = smallBenchmark(t);
    const [command = "", , ...flags] = evalArgs;
    const list = join(root, "models.txt");
    writeFileSync(list, `# one\n${SECOND}\n`);
    const out = join(root, "out");
    const { status, stderr } = await answerOf([command, ...flags, "--list", list, "--out", out]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(namesIn(join(out, "scripted-conv")), RESULT_FILES);
  });

  test("a pinned hash belongs to one model", async (t) => {
    const { evalArgs } = smallBenchmark(t);
    const { status, stderr } = await answerOf([...evalArgs, SECOND, "--sha256", "00"]);
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^error\[USAGE_INVALID\]: .*--sha256: expected one model beside it, got 2/,
    );
  });

  test("skipped images fail a model, whose score is shown", async (t) => {
    const { root, data, evalArgs } = smallBenchmark(t);
    const folder = join(data, "thing 3");
    const [name = ""] = namesIn(folder);
    replacePicture(folder, `broken-${name}`, "no picture");
    const args = [...evalArgs, SECOND, "--out", join(root, "out")];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 4);
    assert.match(stderr, /^error\[IMAGES_SKIPPED\]: scripted-conv: /m);
    assert.match(stdout, /^traced-conv +[01]\.\d{3} .* failed: IMAGES_SKIPPED$/m);
    assert.equal((await answerOf([...args, "--max-skipped", "1"])).status, 0);
  });

  test("SIGTERM stops in a model; --resume goes on there", async (t) => {
    const { root, evalArgs } = smallBenchmark(t, { val: 35, spurious: 35 });
    const out = join(root, "out");
    const args = [...evalArgs, SECOND, "--batch", "1", "--out", out];
    const { child, ended } = startCli(args);
    await waitFor("work on the second model", () => journalLines(join(out, "scripted-conv")) > 5);
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    assert.equal(status, 143, stderr);
    assert.match(stderr, /^error\[CANCELLED\]/m);
    assert.deepEqual(namesIn(join(out, "traced-conv")), RESULT_FILES);
    assert.deepEqual(namesIn(join(out, "scripted-conv")), [JOURNAL]);

    const resumed = await runCli([...args, "--resume"]);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.match(resumed.stdout, /^traced-conv .* done before$/m);
    assert.match(resumed.stdout, /^scripted-conv .* evaluated$/m);
    assert.deepEqual(namesIn(join(out, "scripted-conv")), RESULT_FILES);
  });
});
