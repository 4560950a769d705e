import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { imagenet1k } from "../../src/imagenet/class-map.js";
import { DOSES } from "../../src/mitigation/dose-curve.js";
import { differenceOf } from "../../src/mitigation/evaluate-fix.js";
import { type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "../../src/mitigation/fix-evaluation.js";
import { fixPage } from "../../src/mitigation/fix-page.js";
import { sideEffects } from "../../src/mitigation/side-effects.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { comparedRows } from "../helpers/compared-results.js";
import {
  assertSorts,
  assertPrints,
  assertWithoutBarriers,
  columnOf,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";
import { resultOf } from "../helpers/rows.js";

const HOSTILE = `"><script>document.title="taken"</script><img src="https://example.org/x.png">`;
const MORE_OF_THE_SAME = [".classes tbody tr:nth-child(n+6)"];

/** Of the full benchmark's classes, some of which also lose validation images. */
function evaluation(withAccuracy: boolean): FixEvaluation {
  const model = { path: "/m.pt", sha256: "00", metadata: { name: `resnet50 ${HOSTILE}` } };
  const [first, second] = comparedRows().map((rows, arm) => {
    const changed = rows.map((row) =>
      arm === 1 && row.split === "val" && row.class % 3 === 0
        ? { ...row, p: Math.fround(row.p * 0.97), predicted: 1 }
        : row,
    );
    return { rows: changed, result: resultOf(changed, { bootstrap: 40, model }) };
  });
  if (first === undefined || second === undefined) throw new RangeError("two arms");
  const accuracy = {
    accuracy: [0.8123, 0.8101],
    images: 50_000,
    classes: Array.from({ length: 1000 }, (_, index) => ({
      index,
      images: 50,
      accuracy: [0.8, index % 90 === 0 ? 0.74 : 0.8],
      meanProb: [0.7, index % 80 === 0 ? 0.65 : 0.7],
    })),
    skipped: [],
    root: "/imagenet/val",
    modelClasses: 1000,
  };
  return {
    schema: SPUFIX_EVAL_SCHEMA,
    strength: 1,
    before: first.result,
    after: second.result,
    difference: differenceOf(first, second),
    accuracy: withAccuracy ? accuracy : null,
    sideEffects: sideEffects(
      first.result,
      second.result,
      withAccuracy ? accuracy : null,
      imagenet1k(),
    ),
    doseCurve: DOSES.map((strength) => ({
      strength,
      mean: 0.62 + 0.13 * Math.tanh(strength),
      joint: 0.6 + 0.11 * Math.tanh(strength),
      ...(withAccuracy && { accuracy: 0.8123 - 0.0022 * strength ** 2 }),
    })),
  };
}

describe("the page of SpuFix in a browser", { skip: noChromium }, () => {
  const [full, short] = [evaluation(true), evaluation(false)];
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const open = (t: TestContext, of = full, options: BrowserContextOptions = {}) =>
    openOffline(t, browser, fixPage(of), options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, full, view.options), MORE_OF_THE_SAME);
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("without accuracy, too", async (t) => {
    const opened = await open(t, short, { viewport: { width: 400, height: 900 } });
    await assertWithoutBarriers(opened, MORE_OF_THE_SAME);
    assert.equal(await opened.page.locator(".dose").count(), 1);
    assert.equal(await opened.page.locator(".doses thead th").count(), 3);
  });

  test("takes hostile names for text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), `SpuFix of resnet50 ${HOSTILE}`);
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img").count(), 0);
    assert.deepEqual(heard, []);
  });

  test("draws every class and every dose, and names what moved", async (t) => {
    const { page } = await open(t);
    assert.equal(await page.locator(".pairs .pair-mark").count(), 100);
    assert.equal(await page.locator(".dose").count(), 2);
    assert.equal(await page.locator(".dose-line circle").count(), 3 * DOSES.length);
    assert.equal(await page.locator(".doses tbody tr").count(), DOSES.length);
    const moved = page.locator("#side-effects .moved");
    assert.deepEqual(
      [await moved.nth(0).locator("li").count(), await moved.nth(1).locator("li").count()],
      [10, 10],
    );
    assert.match((await moved.nth(0).locator("li").first().textContent()) ?? "", /−0\.060$/);
  });

  test("sorts its table by every number, from the largest fall at first", async (t) => {
    const { page } = await open(t);
    const expected = full.difference.classes.map(({ value }) => value).sort((a, b) => a - b);
    assert.deepEqual(await columnOf(page, ".paired", 3), expected);
    await assertSorts(page, ".paired", [1, 2, 3, 5, 6, 7, 8, 9, 10]);
  });
});
