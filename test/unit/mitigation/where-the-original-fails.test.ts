import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { parse } from "csv-parse/sync";

import { evaluateFix, type EvaluateFixRequest } from "../../../src/mitigation/evaluate-fix.js";
import { readFix, writeFix } from "../../../src/mitigation/fix-file.js";
import { sha256File } from "../../../src/models/sha256.js";
import { testClasses } from "../../helpers/model-fixtures.js";
import { smallBenchmark } from "../../helpers/small-benchmark.js";
import { smallFix, smallRequest } from "../../helpers/small-fix.js";

interface Row {
  readonly path: string;
  readonly class: string;
  readonly p: number;
  readonly logit: number;
}

interface Arms {
  readonly before: readonly Row[];
  readonly after: readonly Row[];
}

/** Rounding of another batch's kernels. */
const TOLERANCE = 1e-4;

async function request(t: TestContext): Promise<EvaluateFixRequest> {
  const benchmark = smallBenchmark(t);
  return { ...smallRequest(benchmark), fix: await smallFix(benchmark) };
}

async function arms(asked: EvaluateFixRequest, root: string): Promise<Arms> {
  await evaluateFix({ ...asked, out: root });
  const rowsOf = (arm: string): Row[] => {
    const text = readFileSync(join(root, arm, "images.csv"), "utf8");
    const rows = parse<Record<string, string>>(text, { columns: true });
    return rows.map(({ path = "", class: index = "", p, logit }) => {
      return { path, class: index, p: Number(p), logit: Number(logit) };
    });
  };
  return { before: rowsOf("before"), after: rowsOf("after") };
}

function assertSameRows(actual: readonly Row[], expected: readonly Row[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, { path, logit, p }] of actual.entries()) {
    const other = expected[i]!;
    assert.equal(path, other.path);
    assert.ok(Math.abs(logit - other.logit) < TOLERANCE, `${path}: ${logit} and ${other.logit}`);
    assert.ok(Math.abs(p - other.p) < TOLERANCE);
  }
}

describe("a fix where the original's fails", () => {
  test("one image a batch, and one in the last batch, give what large batches give", async (t) => {
    const asked = await request(t);
    const { data = "" } = asked;
    const large = await arms({ ...asked, batch: 64 }, join(data, "../large"));
    const moved = large.after.filter(({ logit }, i) => logit < large.before[i]!.logit - 0.01);
    assert.ok(moved.length >= 5, `${moved.length} images`);
    const count = large.before.length;
    for (const batch of [1, count - 1]) {
      const small = await arms({ ...asked, batch }, join(data, `../batches-of-${batch}`));
      assertSameRows(small.before, large.before);
      assertSameRows(small.after, large.after);
    }
  });

  test("the model's temperature is kept in the mended arm", async (t) => {
    const asked = await request(t);
    const { data = "" } = asked;
    const warm = { ...asked, temperature: 2.5 };
    const { before, after } = await arms({ ...warm, strength: 0 }, join(data, "../zero"));
    assertSameRows(after, before);
    const cold = await arms(asked, join(data, "../cold"));
    assert.ok(before.some(({ p }, i) => Math.abs(p - cold.before[i]!.p) > 0.01));
    const fixed = await arms(warm, join(data, "../warm"));
    const others = [...fixed.after.entries()].filter(([, { class: index }]) => index === "0");
    assert.ok(others.length > 0);
    // What the mended classes lose goes to the others, at one temperature for both arms.
    for (const [i, { p }] of others) assert.ok(p >= fixed.before[i]!.p);
  });

  test("a head with other columns than class indices has the rows of its classes mended", async (t) => {
    const benchmark = smallBenchmark(t);
    const asked = { ...smallRequest(benchmark), fix: await smallFix(benchmark) };
    const { classes } = testClasses(10);
    const columns = new Map([
      [3, 5],
      [5, 3],
    ]);
    const moved = classes.map((one) => ({ ...one, column: columns.get(one.index) ?? one.index }));
    const classMap = join(benchmark.root, "moved.json");
    writeFileSync(classMap, JSON.stringify({ name: "moved", width: 10, classes: moved }));
    const fix = await readFix(asked.fix, await sha256File(asked.model));
    const only3 = { ...fix, classes: fix.classes.filter(({ index }) => index === 3) };
    await writeFix(asked.fix, only3);

    const { before, after } = await arms({ ...asked, classMap }, join(benchmark.root, "moved"));
    const plain = await arms(asked, join(benchmark.root, "plain"));
    let lowered = 0;
    for (const [i, row] of after.entries()) {
      const earlier = before[i]!;
      if (row.class === "3") lowered += Number(row.logit < earlier.logit - 0.01);
      else assert.equal(row.logit, earlier.logit);
    }
    assert.ok(lowered > 0, "logits of class 3 fall");
    // Column 5 it is, not column 3.
    const differ = before.filter(({ class: index, logit }, i) => {
      return index === "3" && Math.abs(logit - plain.before[i]!.logit) > TOLERANCE;
    });
    assert.ok(differ.length > 0);
  });
});
