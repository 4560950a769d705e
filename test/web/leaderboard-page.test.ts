import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { leaderboardPage } from "../../src/comparison/leaderboard-page.js";
import { type LeaderboardRow, leaderboardRows } from "../../src/comparison/leaderboard.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import {
  assertPrints,
  assertSorts,
  assertWithoutBarriers,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";

const MORE_OF_THE_SAME = [".ranks tbody tr:nth-child(n+6)"];

const OWN: readonly LeaderboardRow[] = [
  {
    model: `mended "><script>document.title="taken"</script>`,
    source: "result",
    pretraining: null,
    score: 0.71,
    scoreCi95: [0.69, 0.73],
    auroc: 0.8,
    accuracy: 70,
    fixedScore: 0.8,
    fixedAccuracy: 69.5,
    folder: "results/mended",
    caveats: [],
  },
  {
    model: "scored",
    source: "result",
    pretraining: null,
    score: 0.9,
    scoreCi95: null,
    auroc: 0.9,
    accuracy: null,
    fixedScore: null,
    fixedAccuracy: null,
    folder: "results/scored",
    caveats: ["Its score is of other classes than the published ones."],
  },
];

describe("the leaderboard's page in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const open = async (t: TestContext, options: BrowserContextOptions = {}) =>
    openOffline(t, browser, leaderboardPage([...(await leaderboardRows([])), ...OWN]), options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, view.options), MORE_OF_THE_SAME);
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("draws every model and takes hostile names for text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), "Spurious score leaderboard");
    assert.equal(await page.locator(".figure .published").count(), 77);
    assert.equal(await page.locator(".figure .model-here").count(), 1);
    assert.equal(await page.locator(".ranks tbody tr").count(), 79);
    assert.deepEqual(heard, []);
  });

  test("sorts its table by every column", async (t) => {
    const { page } = await open(t);
    await assertSorts(page, ".ranks", [0, 3, 5, 6, 7, 8]);
    for (const column of [1, 2, 4]) {
      await page.locator(`.ranks th[data-column='${column}'] button`).click();
      const texts = await page
        .locator(`.ranks tbody tr > :nth-child(${column + 1})`)
        .allTextContents();
      assert.deepEqual(
        texts,
        [...texts].sort((a, b) => a.localeCompare(b)),
        `column ${column}`,
      );
    }
  });
});
