import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { auroc } from "../../../src/scoring/auroc.js";
import { averagePrecision } from "../../../src/scoring/average-precision.js";
import {
  bootstrapDifferences,
  bootstrapIntervals,
  percentileInterval,
} from "../../../src/scoring/bootstrap.js";
import { type ClassGroup, groupByClass } from "../../../src/scoring/class-groups.js";
import type { ImageRow } from "../../../src/scoring/image-row.js";
import { RandomStream } from "../../../src/scoring/random.js";
import { assertClose } from "../../helpers/numbers.js";
import { Random } from "../../helpers/random.js";
import { randomRows } from "../../helpers/rows.js";

const rows = randomRows(new Random(31), [0, 94, 565], 12, 18);
const groups = groupByClass(rows).classes;
const OPTIONS = { resamples: 300, seed: 5 };

/** numpy.percentile(samples, 100 q), by its definition. */
function slowQuantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const weight = at - Math.floor(at);
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low * (1 - weight) + high * weight;
}

type Score = (positives: number[], negatives: number[]) => number;

/** The resampled lists themselves, scored by the plain functions. */
function slowIntervals(
  classes: readonly ClassGroup[],
  { resamples, seed }: typeof OPTIONS,
  score: Score,
): number[][] {
  const streams = classes.map(({ index }) => new RandomStream(seed, index));
  const draw = (stream: RandomStream, images: readonly ImageRow[]): number[] => {
    const tally = new Int32Array(images.length);
    stream.addDraws(tally, 0, images.length, images.length);
    return images.flatMap(({ p }, i) => Array<number>(tally[i] ?? 0).fill(p));
  };
  const samples: number[][] = [...classes.map((): number[] => []), [], []];
  for (let i = 0; i < resamples; i++) {
    const drawn = classes.map(({ val, spurious }, k) => {
      const stream = streams[k] as RandomStream;
      return { val: draw(stream, val), spurious: draw(stream, spurious) };
    });
    const scores = drawn.map(({ val, spurious }) => score(val, spurious));
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    const joint = score(
      drawn.flatMap(({ val }) => val),
      drawn.flatMap(({ spurious }) => spurious),
    );
    for (const [k, value] of [...scores, mean, joint].entries()) samples[k]?.push(value);
  }
  return samples.map((values) => [slowQuantile(values, 0.025), slowQuantile(values, 0.975)]);
}

describe("percentileInterval", () => {
  test("interpolates between order statistics, as numpy.percentile", () => {
    const hundred = Float64Array.from({ length: 101 }, (_, i) => i);
    assert.deepEqual(percentileInterval(hundred.reverse()), [2.5, 97.5]);
    assert.deepEqual(percentileInterval(Float64Array.of(3)), [3, 3]);
    const [low, high] = percentileInterval(Float64Array.of(1, 0));
    assertClose(low, 0.025, 1e-15);
    assertClose(high, 0.975, 1e-15);
  });

  test("equals the definition on random samples, which it leaves as they are", () => {
    const random = new Random(32);
    for (const count of [2, 7, 100, 2000]) {
      const samples = Float64Array.from({ length: count }, () => random.next());
      const before = samples.slice();
      const [low, high] = percentileInterval(samples);
      assertClose(low, slowQuantile([...samples], 0.025), 1e-14);
      assertClose(high, slowQuantile([...samples], 0.975), 1e-14);
      assert.deepEqual(samples, before);
    }
  });
});

describe("bootstrapIntervals", () => {
  const intervals = bootstrapIntervals(groups, OPTIONS);
  assert.ok(intervals);

  test("equal those of lists that were really drawn and scored", () => {
    const ours = [...intervals.classes, intervals.mean, intervals.joint];
    for (const [name, score] of [
      ["ap", averagePrecision],
      ["auroc", auroc],
    ] as const) {
      const expected = slowIntervals(groups, OPTIONS, score);
      for (const [i, [low = NaN, high = NaN]] of expected.entries()) {
        assertClose(ours[i]?.[name][0] ?? NaN, low, 1e-12, `${name} low of ${i}`);
        assertClose(ours[i]?.[name][1] ?? NaN, high, 1e-12, `${name} high of ${i}`);
      }
    }
  });

  test("a second call gives the same numbers", () => {
    assert.deepEqual(bootstrapIntervals(groups, OPTIONS), intervals);
  });

  test("do not depend on the order of the rows", () => {
    const random = new Random(33);
    for (let i = 0; i < 3; i++) {
      const shuffled = groupByClass(random.shuffle(rows)).classes;
      assert.deepEqual(bootstrapIntervals(shuffled, OPTIONS), intervals);
    }
  });

  test("a class's interval does not depend on the classes beside it", () => {
    const [, second] = groups;
    assert.ok(second);
    const alone = bootstrapIntervals([second], OPTIONS);
    assert.deepEqual(alone?.classes[0], intervals.classes[1]);
    assert.deepEqual(alone?.mean, intervals.classes[1]);
  });

  test("another seed gives other numbers, also where seeds differ above 32 bits", () => {
    const other = bootstrapIntervals(groups, { ...OPTIONS, seed: 6 });
    const large = bootstrapIntervals(groups, { ...OPTIONS, seed: 2 ** 32 + 5 });
    assert.notDeepEqual(other, intervals);
    assert.notDeepEqual(large, intervals);
  });

  test("lie within 0 and 1 around the score, and shrink with more images", () => {
    const width = (count: number): number => {
      const many = groupByClass(randomRows(new Random(34), [3], count, count)).classes;
      const [low = NaN, high = NaN] = bootstrapIntervals(many, OPTIONS)?.mean.ap ?? [];
      const pVal = many[0]?.val.map(({ p }) => p) ?? [];
      const score = averagePrecision(pVal, many[0]?.spurious.map(({ p }) => p) ?? []);
      assert.ok(0 <= low && low <= score && score <= high && high <= 1);
      return high - low;
    };
    assert.ok(width(400) < width(25) / 2);
  });

  test("a perfectly separated class has an interval of no width", () => {
    const perfect = rows
      .filter((one) => one.class === 94)
      .map((one) => ({ ...one, p: one.split === "val" ? 0.9 : 0.1 }));
    const only = bootstrapIntervals(groupByClass(perfect).classes, OPTIONS);
    assert.deepEqual(only?.mean, { ap: [1, 1], auroc: [1, 1] });
  });

  test("none are made of 0 resamples", () => {
    assert.equal(bootstrapIntervals(groups, { resamples: 0, seed: 0 }), null);
  });
});

describe("bootstrapDifferences", () => {
  const better = groupByClass(
    rows.map((one) => (one.split === "val" ? { ...one, p: Math.sqrt(one.p) } : one)),
  ).classes;

  test("of a model and itself are exactly 0", () => {
    const none = bootstrapDifferences(groups, groups, OPTIONS);
    assert.deepEqual(none?.mean, { ap: [0, 0], auroc: [0, 0] });
    assert.deepEqual(none?.joint, { ap: [0, 0], auroc: [0, 0] });
  });

  test("are those of the second minus the first, and change sign when the two are exchanged", () => {
    const gain = bootstrapDifferences(groups, better, OPTIONS);
    const loss = bootstrapDifferences(better, groups, OPTIONS);
    assert.ok(gain && loss && gain.mean.ap[0] > 0);
    for (const score of ["ap", "auroc"] as const) {
      assertClose(gain.mean[score][0], -loss.mean[score][1], 1e-12);
      assertClose(gain.joint[score][1], -loss.joint[score][0], 1e-12);
    }
  });

  test("are narrower than two unpaired intervals: what images have in common cancels", () => {
    const gain = bootstrapDifferences(groups, better, OPTIONS);
    const [first, second] = [groups, better].map((one) => bootstrapIntervals(one, OPTIONS));
    assert.ok(gain && first && second);
    const width = ([low, high]: readonly [number, number]): number => high - low;
    const unpaired = Math.hypot(width(first.mean.ap), width(second.mean.ap));
    assert.ok(width(gain.mean.ap) < unpaired);
  });

  test("of results with other images are refused, naming the first that differs", () => {
    const [first] = rows;
    assert.ok(first);
    const other = groupByClass([{ ...first, path: "zzz.jpg" }, ...rows.slice(1)]).classes;
    assert.throws(() => bootstrapDifferences(groups, other, OPTIONS), {
      name: "RangeError",
      message: /class 0, val val-0\/0\.jpg in the first and class 0, val val-0\/1\.jpg/,
    });
    assert.throws(() => bootstrapDifferences(groups, groups.slice(1), OPTIONS), RangeError);
  });

  test("none are made of 0 resamples", () => {
    assert.equal(bootstrapDifferences(groups, better, { resamples: 0, seed: 0 }), null);
  });
});
