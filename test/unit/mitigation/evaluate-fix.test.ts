import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { evaluateFix, type EvaluateFixRequest } from "../../../src/mitigation/evaluate-fix.js";
import { exportFix } from "../../../src/mitigation/export-fix.js";
import type { FixEvaluation } from "../../../src/mitigation/fix-evaluation.js";
import { readFix, type SpuFix, writeFix } from "../../../src/mitigation/fix-file.js";
import { evaluate } from "../../../src/evaluation/evaluate.js";
import { NO_PROGRESS } from "../../../src/terminal/progress.js";
import { assertClose } from "../../helpers/numbers.js";
import { namesIn } from "../../helpers/result-files.js";
import { smallBenchmark } from "../../helpers/small-benchmark.js";
import { smallFix, smallRequest } from "../../helpers/small-fix.js";

const DOSES = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5];

async function request(t: TestContext): Promise<EvaluateFixRequest> {
  const benchmark = smallBenchmark(t);
  const fix = await smallFix(benchmark);
  return { ...smallRequest(benchmark), fix, accuracy: benchmark.val };
}

describe("evaluateFix", () => {
  test("before is what eval gives, and after differs for the classes of the fix", async (t) => {
    const asked = await request(t);
    const { before, after, difference } = await evaluateFix(asked);
    const plain = await evaluate(asked);
    assert.deepEqual(before.classes, plain.classes);
    assert.deepEqual(before.score, plain.score);
    for (const [i, { index, meanProbVal }] of after.classes.entries()) {
      const earlier = before.classes[i]!;
      if (index === 0) assert.ok(meanProbVal >= earlier.meanProbVal, "the others' share grows");
      else assert.ok(meanProbVal < earlier.meanProbVal, `class ${index}`);
    }
    assert.equal(difference.mean.value, after.score.mean - before.score.mean);
    assert.equal(difference.classes.length, 3);
  });

  test("the dose curve begins at before and has after at the strength of the fix", async (t) => {
    const { before, after, accuracy, doseCurve } = await evaluateFix(await request(t));
    assert.deepEqual(
      doseCurve.map(({ strength }) => strength),
      DOSES,
    );
    const [first, fixed] = [doseCurve[0]!, doseCurve[4]!];
    const overall = ({ score: { mean, joint } }: FixEvaluation["before"]) => ({ mean, joint });
    assert.deepEqual(first, { strength: 0, ...overall(before), accuracy: accuracy?.accuracy[0] });
    assert.deepEqual(fixed, { strength: 1, ...overall(after), accuracy: accuracy?.accuracy[1] });
    const joints = new Set(doseCurve.map(({ joint }) => joint));
    assert.ok(joints.size > 2, "strengths make a difference");
  });

  test("every dose is what a run of that strength gives", async (t) => {
    const asked = await request(t);
    const { doseCurve } = await evaluateFix(asked);
    for (const strength of [0.5, 1.5]) {
      const { after, accuracy } = await evaluateFix({ ...asked, strength });
      const dose = doseCurve.find((point) => point.strength === strength);
      assert.deepEqual(dose, {
        strength,
        mean: after.score.mean,
        joint: after.score.joint,
        accuracy: accuracy?.accuracy[1],
      });
    }
  });

  test("a strength that is no dose is added to the curve; 0 changes nothing", async (t) => {
    const asked = { ...(await request(t)), accuracy: undefined };
    const { doseCurve } = await evaluateFix({ ...asked, strength: 0.6 });
    assert.deepEqual(
      doseCurve.map(({ strength }) => strength),
      [...DOSES, 0.6].sort((a, b) => a - b),
    );
    assert.ok(doseCurve.every((point) => !("accuracy" in point)));
    const { before, after, sideEffects } = await evaluateFix({ ...asked, strength: 0 });
    assert.deepEqual(after.classes, before.classes);
    assert.deepEqual(sideEffects.meanProb, []);
  });

  test("all arms come from one forward pass per picture", async (t) => {
    const begun: string[] = [];
    const progress = {
      ...NO_PROGRESS,
      begin: (label: string, total: number) => void begun.push(`${label} ${total}`),
    };
    await evaluateFix({ ...(await request(t)), progress });
    assert.deepEqual(begun, ["evaluating 27", "measuring accuracy 12"]);
  });

  test("side effects name the classes that moved, with the accuracy's numbers", async (t) => {
    const { accuracy, sideEffects } = await evaluateFix(await request(t));
    assert.equal(sideEffects.of, "measured classes", "3 of the model's 10");
    const moved = sideEffects.meanProb.map(({ index }) => index);
    assert.ok(moved.includes(3) && moved.includes(7), String(moved));
    for (const { index, label, before, after, change } of sideEffects.meanProb) {
      const measured = accuracy?.classes.find((one) => one.index === index);
      assert.deepEqual([before, after], measured?.meanProb);
      assert.equal(change, after - before);
      assert.equal(label, `thing ${index}`);
    }
    assert.ok(accuracy?.classes.every((one) => one.accuracy.length === 2));
  });

  test("the accuracy's softmax runs over the columns that the score's does", async (t) => {
    const benchmark = smallBenchmark(t);
    const model = "head-wide.pt";
    const classes = Array.from({ length: 10 }, (_, index) => ({
      index,
      label: `thing ${index}`,
      column: 2 * index,
    }));
    const map = { name: "wide", width: 21, classes };
    const asked = { ...smallRequest(benchmark, model), fix: await smallFix(benchmark, model) };
    writeFileSync(join(benchmark.root, "classes.json"), JSON.stringify(map));
    for (const softmax of ["all", "mapped"] as const) {
      const accuracy = benchmark.val;
      const { before, after, ...result } = await evaluateFix({ ...asked, softmax, accuracy });
      for (const [i, { index, meanProb, accuracy: share }] of (
        result.accuracy?.classes ?? []
      ).entries()) {
        const arms = [before, after].map(({ classes: rows }) => rows[i]);
        assert.equal(arms[0]?.index, index);
        for (const [arm, row] of arms.entries()) {
          assertClose(meanProb[arm]!, row!.meanProbVal, 1e-6);
          assert.equal(share[arm], row!.fractionVal);
        }
      }
    }
  });

  test("an accuracy over no picture is refused, before the pass where the folder shows it", async (t) => {
    const asked = await request(t);
    const empty = join(asked.fix, "..", "empty");
    mkdirSync(join(empty, "thing 3"), { recursive: true });
    const begun: string[] = [];
    const progress = { ...NO_PROGRESS, begin: (label: string) => void begun.push(label) };
    await assert.rejects(evaluateFix({ ...asked, accuracy: empty, progress }), {
      code: "DATA_LAYOUT",
      message: /measuring accuracy: .*empty: expected validation pictures/,
    });
    assert.deepEqual(begun, []);
    writeFileSync(join(empty, "thing 3", "broken.jpg"), "no picture");
    await assert.rejects(evaluateFix({ ...asked, accuracy: empty }), {
      code: "IMAGE_UNREADABLE",
      message: /measuring accuracy: .*got none of 1; the first: .*broken\.jpg/,
    });
  });

  test("writes a page, the document and a result of each arm", async (t) => {
    const asked = await request(t);
    const out = join(asked.fix, "..", "out");
    const evaluation = await evaluateFix({ ...asked, out });
    assert.deepEqual(namesIn(out), ["after", "before", "report.html", "result.json"]);
    const written = JSON.parse(readFileSync(join(out, "result.json"), "utf8")) as FixEvaluation;
    assert.deepEqual(written, JSON.parse(JSON.stringify(evaluation)));
    const after = JSON.parse(readFileSync(join(out, "after", "result.json"), "utf8")) as unknown;
    assert.deepEqual(after, written.after);
  });

  test("a journal of another strength is not gone on from", async (t) => {
    const asked = await request(t);
    const out = join(asked.fix, "..", "out");
    const controller = new AbortController();
    const progress = { ...NO_PROGRESS, advance: () => controller.abort() };
    const stopped = { ...asked, out, batch: 1, progress, signal: controller.signal };
    await assert.rejects(evaluateFix(stopped), { code: "CANCELLED" });
    const other = { ...asked, out, resume: true };
    await assert.rejects(evaluateFix({ ...other, strength: 0.6 }), {
      code: "RESUME_MISMATCH",
      message: /strengths/,
    });
    assert.equal((await evaluateFix(other)).strength, 1);
  });

  test("an accuracy that was interrupted is gone on with, and ends in the same numbers", async (t) => {
    const asked = await request(t);
    const whole = await evaluateFix(asked);
    const out = join(asked.fix, "..", "out");
    const controller = new AbortController();
    let label = "";
    const stopping = {
      ...NO_PROGRESS,
      begin: (what: string) => void (label = what),
      advance: () => label === "measuring accuracy" && controller.abort(),
    };
    const stopped = { ...asked, out, batch: 1, progress: stopping, signal: controller.signal };
    await assert.rejects(evaluateFix(stopped), { code: "CANCELLED" });
    const images = whole.accuracy?.images ?? 0;
    const elsewhere = { ...asked, out, batch: 1, resume: true, accuracy: asked.data };
    await assert.rejects(evaluateFix(elsewhere), {
      code: "RESUME_MISMATCH",
      message: /accuracyImages/,
    });

    let left = Number.NaN;
    const watching = {
      ...NO_PROGRESS,
      begin: (what: string, total: number, _unit: string, done = 0) => {
        if (what === "measuring accuracy") left = total - done;
      },
    };
    const again = { ...asked, out, batch: 1, resume: true, progress: watching };
    const { accuracy } = await evaluateFix(again);
    assert.deepEqual([accuracy?.images, left], [images, images - 1]);
    assert.deepEqual(accuracy?.accuracy, whole.accuracy?.accuracy);
    assert.deepEqual(namesIn(out), ["after", "before", "report.html", "result.json"]);
  });

  test("resume of a whole result gives it back where it is the one asked for, and refuses another", async (t) => {
    const asked = await request(t);
    const out = join(asked.fix, "..", "out");
    const whole = await evaluateFix({ ...asked, out });
    const begun: string[] = [];
    const progress = { ...NO_PROGRESS, begin: (label: string) => void begun.push(label) };
    const again = { ...asked, out, resume: true, progress };
    assert.deepEqual(await evaluateFix(again), JSON.parse(JSON.stringify(whole)));
    const before = readFileSync(join(out, "result.json"), "utf8");
    const otherFix = join(asked.fix, "..", "other.safetensors");
    const fitted = await readFix(asked.fix, whole.before.provenance.model!.sha256);
    await writeFix(otherFix, { ...fitted, provenance: { version: "other" } });
    for (const [changed, message] of [
      [{ strength: 0.5 }, /expected one with strength 0.5, got one with 1/],
      [{ seed: 4 }, /expected one with seed 4, got one with 0/],
      [{ accuracy: undefined }, /expected one with accuracy of none, got one with/],
      [{ accuracy: asked.data }, /expected one with accuracy of /],
      [{ fix: otherFix }, /expected one with fix [0-9a-f]{64}, got one with [0-9a-f]{64}/],
    ] as const) {
      await assert.rejects(evaluateFix({ ...again, ...changed }), {
        code: "OUTPUT_EXISTS",
        message,
      });
    }
    await assert.rejects(evaluateFix({ ...again, out: join(out, "before") }), {
      code: "OUTPUT_EXISTS",
      message: /expected one of schema .*spufix-eval/,
    });
    assert.deepEqual(begun, []);
    assert.equal(readFileSync(join(out, "result.json"), "utf8"), before);
  });

  test("a fix that was fitted at another input size is refused", async (t) => {
    const asked = { ...(await request(t)), accuracy: undefined };
    const { before } = await evaluateFix(asked);
    const fix = await readFix(asked.fix, before.provenance.model!.sha256);
    const inputSize = { value: 48, origin: "flag" };
    await writeFix(asked.fix, { ...fix, provenance: { ...before.provenance, inputSize } });
    const error = { code: "ARTEFACT_INVALID", message: /fitted with input size 32, got .* 48/ };
    await assert.rejects(evaluateFix(asked), error);
    const to = join(asked.fix, "..", "mended.pt");
    await assert.rejects(exportFix({ ...asked, to }), error);
    await writeFix(asked.fix, {
      ...fix,
      provenance: before.provenance as object as SpuFix["provenance"],
    });
    assert.deepEqual((await evaluateFix(asked)).before.classes, before.classes);
  });
});
