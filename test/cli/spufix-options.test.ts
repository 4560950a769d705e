import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { exportFix } from "../../src/mitigation/export-fix.js";
import { fitSpuFix } from "../../src/mitigation/fit.js";
import type { FixEvaluation } from "../../src/mitigation/fix-evaluation.js";
import { answerOf } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { type SmallBenchmark, smallBenchmark } from "../helpers/small-benchmark.js";
import { smallFix } from "../helpers/small-fix.js";

const MODEL = modelFile("traced-conv.pt");

interface Prepared {
  readonly benchmark: SmallBenchmark;
  readonly fix: string;
  /** `spufix eval` of the model and the fix. */
  readonly evalArgs: readonly string[];
  /** `spufix export` to that file. */
  readonly exportArgs: (to: string) => readonly string[];
}

async function prepared(t: TestContext): Promise<Prepared> {
  const benchmark = smallBenchmark(t);
  const fix = await smallFix(benchmark);
  const [, model = "", ...flags] = benchmark.evalArgs;
  const map = ["--class-map", join(benchmark.root, "classes.json")];
  return {
    benchmark,
    fix,
    evalArgs: ["spufix", "eval", model, fix, ...flags],
    exportArgs: (to) => [
      ...["spufix", "export", model, fix, "--to", join(benchmark.root, to)],
      ...["--size", "32", "--normalize", "none", ...map],
    ],
  };
}

describe("spufix --strength", () => {
  test("is a number from 0 to 1.5 wherever it is given", async (t) => {
    const { evalArgs, exportArgs } = await prepared(t);
    for (const strength of ["1000", "1.51", "-0.1", "", "much", "NaN"]) {
      for (const args of [evalArgs, exportArgs("model.pt")]) {
        const { status, stderr } = await answerOf([...args, `--strength=${strength}`]);
        assert.equal(status, 2, strength);
        assert.match(stderr, /USAGE_INVALID.*--strength: expected a number from 0 to 1\.5, got/);
      }
    }
    for (const strength of ["0", "0.0", "1.5"]) {
      const scored = await answerOf([...evalArgs, "--strength", strength, "--json"]);
      assert.equal(scored.status, 0, scored.stderr);
      const evaluation = JSON.parse(scored.stdout) as FixEvaluation;
      assert.equal(evaluation.strength, Number(strength));
      const written = await answerOf([...exportArgs(`${strength}.pt`), "--strength", strength]);
      assert.equal(written.status, 0, written.stderr);
    }
  });

  test("a model written at strength 0 scores what the original does", async (t) => {
    const { benchmark, exportArgs } = await prepared(t);
    assert.equal((await answerOf([...exportArgs("mended.pt"), "--strength", "0"])).status, 0);
    const mended = join(benchmark.root, "mended.pt");
    const scoreOf = async (model: string): Promise<unknown> => {
      const args = benchmark.evalArgs.map((one) => (one === MODEL ? model : one));
      const { stdout } = await answerOf([...args, "--json"]);
      return (JSON.parse(stdout) as { classes: unknown }).classes;
    };
    assert.deepEqual(await scoreOf(mended), await scoreOf(MODEL));
  });
});

describe("spufix eval --accuracy", () => {
  /** A validation folder of one class, with one picture that is none. */
  function partOfVal({ root, val }: SmallBenchmark): string {
    const folder = join(root, "part", "thing 3");
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(val, "thing 3"), join(folder, "all"));
    writeFileSync(join(folder, "broken.jpg"), "no picture");
    return join(root, "part");
  }

  test("pictures that cannot be read are told, and count for --max-skipped", async (t) => {
    const { benchmark, evalArgs } = await prepared(t);
    const args = [...evalArgs, "--accuracy", partOfVal(benchmark)];
    const { status, stdout, stderr } = await answerOf(args);
    assert.equal(status, 4);
    assert.match(stderr, /warning: \[IMAGE_\w+\] .*broken\.jpg/);
    assert.match(stderr, /error\[IMAGES_SKIPPED\]: .*at most 0 unreadable, got 1/);
    assert.match(stdout, /top-1 accuracy over 4 images of 1 of 10 classes/);
    assert.match(stderr, /warning: .*part has pictures of 1 of the model's 10 classes/);
    assert.equal((await answerOf([...args, "--max-skipped", "1"])).status, 0);
  });

  test("a picture of the benchmark's validation folder is told once", async (t) => {
    const { benchmark, evalArgs } = await prepared(t);
    writeFileSync(join(benchmark.val, "thing 3", "broken.jpg"), "no picture");
    const args = [...evalArgs, "--accuracy", benchmark.val];
    const { status, stderr } = await answerOf([...args, "--max-skipped", "1"]);
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/warning: \[IMAGE_/g)?.length, 1);
  });
});

describe("spufix export", () => {
  test("says which options of models decide nothing here", async (t) => {
    const { exportArgs } = await prepared(t);
    const args = [...exportArgs("mended.pt"), "--dtype", "bf16", "--batch", "7"];
    const { status, stderr } = await answerOf(args);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /warning: --dtype, --batch without effect/);
    assert.doesNotMatch((await answerOf([...exportArgs("again.pt")])).stderr, /warning/);
  });
});

describe("files of a fix", () => {
  test("are not replaced unasked by the functions either", async (t) => {
    const { benchmark, fix } = await prepared(t);
    const to = join(benchmark.root, "mended.pt");
    const classMap = join(benchmark.root, "classes.json");
    writeFileSync(to, "something");
    const request = { model: MODEL, fix, to, size: 32, normalize: "none", classMap };
    await assert.rejects(exportFix(request), { code: "OUTPUT_EXISTS" });
    assert.notEqual((await exportFix({ ...request, force: true })).sha256, "");
    const fit = { model: MODEL, train: benchmark.val, alphas: benchmark.root, out: fix };
    await assert.rejects(fitSpuFix(fit), { code: "OUTPUT_EXISTS" });
  });
});
