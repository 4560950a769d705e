import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { evaluate } from "../../../src/evaluation/evaluate.js";
import { evaluateMany, type EvaluateManyRequest } from "../../../src/evaluation/evaluate-many.js";
import { NO_PROGRESS } from "../../../src/terminal/progress.js";
import { modelFile } from "../../helpers/model-fixtures.js";
import { JOURNAL, namesIn, RESULT_FILES } from "../../helpers/result-files.js";
import { smallBenchmark } from "../../helpers/small-benchmark.js";
import { smallRequest } from "../../helpers/small-fix.js";

const [FIRST, SECOND] = [modelFile("traced-conv.pt"), modelFile("scripted-conv.pt")];
const BROKEN = modelFile("text.pt");

interface Setting {
  readonly out: string;
  readonly data: string;
  readonly request: EvaluateManyRequest;
}

function setting(t: TestContext): Setting {
  const benchmark = smallBenchmark(t);
  const rest = smallRequest(benchmark);
  const out = join(benchmark.root, "out");
  return { out, data: benchmark.data, request: { ...rest, out, models: [FIRST, SECOND] } };
}

/** The request with a list of the pictures that are really evaluated. */
function watched(request: EvaluateManyRequest) {
  const evaluated: number[] = [];
  const progress = {
    ...NO_PROGRESS,
    begin: (_: string, total: number) => void evaluated.push(total),
  };
  return { evaluated, request: { ...request, progress } };
}

const statuses = async (request: EvaluateManyRequest) =>
  (await evaluateMany(request)).models.map(({ status }) => status);

const changeOf = (folder: string): number => statSync(join(folder, "result.json")).mtimeMs;

describe("evaluateMany", () => {
  test("gives each model a folder with what evaluate gives it", async (t) => {
    const { out, request } = setting(t);
    const { schema, models } = await evaluateMany(request);
    assert.equal(schema, "spurious-native/evaluations/1");
    assert.deepEqual(
      models.map(({ name, out: folder, status, exitStatus }) => [name, folder, status, exitStatus]),
      ["traced-conv", "scripted-conv"].map((name) => [name, join(out, name), "evaluated", 0]),
    );
    for (const { model, name, score } of models) {
      assert.deepEqual(namesIn(join(out, name)), RESULT_FILES);
      const alone = await evaluate({ ...request, model, out: undefined });
      assert.deepEqual(score, alone.score);
    }
  });

  test("what is done is not done again, and what it gave is in the table all the same", async (t) => {
    const { out, request } = setting(t);
    const first = await evaluateMany(request);
    const changed = changeOf(join(out, "traced-conv"));
    for (const resume of [false, true]) {
      const again = watched({ ...request, resume });
      const { models } = await evaluateMany(again.request);
      assert.deepEqual(again.evaluated, []);
      assert.deepEqual(
        models.map(({ status, score }) => [status, score]),
        first.models.map(({ score }) => ["present", score]),
      );
    }
    assert.equal(changeOf(join(out, "traced-conv")), changed);
  });

  test("--force does everything again", async (t) => {
    const { request } = setting(t);
    await evaluateMany(request);
    assert.deepEqual(await statuses({ ...request, force: true }), ["evaluated", "evaluated"]);
  });

  test("a result of other settings is neither taken nor replaced; the setting is named", async (t) => {
    const { out, request } = setting(t);
    await evaluateMany(request);
    const before = readFileSync(join(out, "traced-conv", "result.json"), "utf8");
    const others: [Partial<EvaluateManyRequest>, RegExp][] = [
      [
        { preset: "paper-v1" },
        /expected one with preprocessing .*paper-v1.*, got one with .*paper-v2/,
      ],
      [{ dtype: "bf16" }, /dtype "bf16"/],
      [{ temperature: 2 }, /--temperature 2, got one with none/],
      [{ normalize: "imagenet" }, /--normalize/],
      [{ size: 48 }, /preprocessing/],
      [{ seed: 5 }, /seed 5/],
      [{ bootstrap: 60 }, /bootstrap 60/],
      [{ softmax: "mapped" }, /softmax "mapped"/],
      [{ data: request.val, val: request.data }, /one with images /],
    ];
    for (const [flags, message] of others) {
      for (const resume of [false, true]) {
        const { models } = await evaluateMany({ ...request, ...flags, resume });
        for (const { status, error, exitStatus } of models) {
          assert.deepEqual([status, error?.code, exitStatus], ["failed", "OUTPUT_EXISTS", 2]);
          assert.match(error?.message ?? "", message);
        }
      }
    }
    assert.equal(readFileSync(join(out, "traced-conv", "result.json"), "utf8"), before);
  });

  test("neither is one of other images or of another model file", async (t) => {
    const { out, data, request } = setting(t);
    const own = join(out, "..", "own.pt");
    cpSync(FIRST, own);
    const asked = { ...request, models: [own] };
    await evaluateMany(asked);
    const errorOf = async () => (await evaluateMany(asked)).models[0]?.error?.message ?? "";
    cpSync(SECOND, own);
    assert.match(await errorOf(), /expected one with model "[0-9a-f]{64}", got one with "/);
    cpSync(FIRST, own);
    const [name = ""] = namesIn(join(data, "thing 7"));
    cpSync(join(data, "thing 7", name), join(data, "thing 7", `more-${name}`));
    assert.match(await errorOf(), /expected one with images "/);
  });

  test("a model that fails is named and does not stop the others", async (t) => {
    const { out, request } = setting(t);
    const failed: string[] = [];
    const missing = join(out, "missing.pt");
    const { models } = await evaluateMany({
      ...request,
      models: [FIRST, BROKEN, missing, SECOND],
      onFailure: ({ name }, { code }) => failed.push(`${name} ${code}`),
    });
    assert.deepEqual(
      models.map(({ status }) => status),
      ["evaluated", "failed", "failed", "evaluated"],
    );
    assert.deepEqual(failed, ["text MODEL_NOT_TORCHSCRIPT", "missing MODEL_NOT_FOUND"]);
    assert.deepEqual([models[1]?.exitStatus, models[1]?.score], [5, null]);
    assert.deepEqual(namesIn(out), ["scripted-conv", "traced-conv"]);
  });

  test("a result that is not accepted keeps its score and counts as failed", async (t) => {
    const { request } = setting(t);
    const refused = evaluate({ ...request, model: BROKEN, out: undefined });
    const error: unknown = await refused.catch((one: unknown) => one);
    const { models } = await evaluateMany({
      ...request,
      accept: () => {
        throw error;
      },
    });
    assert.ok(models.every(({ status, score }) => status === "failed" && score !== null));
  });

  test("stopped in a model, goes on with --resume from there", async (t) => {
    const { out, request } = setting(t);
    const controller = new AbortController();
    let models = 0;
    const progress = {
      ...NO_PROGRESS,
      begin: () => void models++,
      advance: () => models === 2 && controller.abort(),
    };
    const stopped = { ...request, batch: 1, progress, signal: controller.signal };
    await assert.rejects(evaluateMany(stopped), { code: "CANCELLED" });
    assert.deepEqual(namesIn(join(out, "traced-conv")), RESULT_FILES);
    assert.deepEqual(namesIn(join(out, "scripted-conv")), [JOURNAL]);
    assert.deepEqual(await statuses(request), ["present", "failed"], "only with --resume");
    assert.deepEqual(await statuses({ ...request, resume: true }), ["present", "evaluated"]);
  });

  test("without --out everything is evaluated and nothing written", async (t) => {
    const { out, request } = setting(t);
    mkdirSync(out);
    const { models } = await evaluateMany({ ...request, out: undefined });
    assert.deepEqual(
      models.map(({ status, out: folder }) => [status, folder]),
      [
        ["evaluated", null],
        ["evaluated", null],
      ],
    );
    assert.deepEqual(namesIn(out), []);
  });
});
