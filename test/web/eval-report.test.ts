import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { fileSource } from "../../src/images/read-image.js";
import { evalReport } from "../../src/report/eval-report.js";
import { chooseReportImages, makeThumbnails } from "../../src/report/thumbnails.js";
import { benchmarkRows } from "../helpers/benchmark-rows.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { fixture } from "../helpers/fixtures.js";
import {
  assertPrints,
  assertWithoutBarriers,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";
import { resultOf, row } from "../helpers/rows.js";

const HOSTILE = `"><script>document.title="taken"</script><img src="https://example.org/x.png">`;
const PHOTOGRAPH = "eval/data/imagenet/val/n01440764/ILSVRC2012_val_00000097.JPEG";

/** Classes after the first few are made like those. */
const MORE_OF_THE_SAME = ["article.class:nth-of-type(n+4)", ".classes tbody tr:nth-child(n+6)"];

/** The full benchmark, with pictures, a hostile file name and things to note. */
async function fullReport(): Promise<string> {
  const rows = [...benchmarkRows(6, 8), row({ path: `${HOSTILE}.jpg`, p: 0 })];
  const result = resultOf(rows, {
    bootstrap: 20,
    preset: "paper-v2",
    model: { path: "/m.pt", sha256: "00", metadata: { name: `resnet50 ${HOSTILE}` } },
  });
  const skipped = {
    path: HOSTILE,
    split: "val",
    class: 0,
    code: "IMAGE_TRUNCATED",
    message: HOSTILE,
  } as const;
  const images = await makeThumbnails(chooseReportImages(result, rows, 2), () =>
    fileSource(fixture(PHOTOGRAPH)),
  );
  const counts = { ...result.counts, skipped: [skipped] };
  return evalReport({ ...result, counts }, rows, images);
}

describe("the report of a result in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  let report: string;

  before(async () => {
    [browser, report] = await Promise.all([launchChromium(), fullReport()]);
  });
  after(() => browser.close());

  const open = (t: TestContext, options: BrowserContextOptions = {}) =>
    openOffline(t, browser, report, options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      const opened = await open(t, view.options);
      // Contrast is not looked at in what is not laid out yet.
      await opened.page.evaluate(
        "document.styleSheets[0].insertRule('.class { content-visibility: visible !important; }')",
      );
      await assertWithoutBarriers(opened, MORE_OF_THE_SAME);
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("takes hostile names for text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), `Spurious score of resnet50 ${HOSTILE}`);
    assert.equal(await page.locator("h1").textContent(), `resnet50 ${HOSTILE}`);
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img:not([src^='data:'])").count(), 0);
    assert.deepEqual(heard, []);
  });

  test("shows every thumbnail", async (t) => {
    const { page } = await open(t);
    assert.equal(await page.locator(".tiles img").count(), 400);
    const broken = await page.evaluate<number>(
      "[...document.images].filter((image) => !(image.naturalWidth > 0)).length",
    );
    assert.equal(broken, 0);
  });

  test("sorts its table by mouse and by keyboard", async (t) => {
    const { page } = await open(t);
    const column = (cell: number): Promise<number[]> =>
      page.evaluate(
        `[...document.querySelector(".classes").tBodies[0].rows].map((row) => Number(row.cells[${cell}].dataset.v))`,
      );
    const sorted = (values: number[], sign: number): number[] =>
      [...values].sort((a, b) => sign * (a - b));
    const scores = await column(1);
    assert.deepEqual(scores, sorted(scores, 1));

    const score = page.locator("th[data-column='1'] button");
    await score.click();
    assert.deepEqual(await column(1), sorted(scores, -1));
    assert.equal(await page.locator("th[data-column='1']").getAttribute("aria-sort"), "descending");

    const auroc = page.locator("th[data-column='8'] button");
    await auroc.focus();
    await page.keyboard.press("Enter");
    const values = await column(8);
    assert.deepEqual(values, sorted(values, 1));
    assert.deepEqual(
      await page.evaluate("document.querySelectorAll('[aria-sort]').length"),
      1,
      "one column says it is sorted",
    );

    await page.locator("th[data-column='0'] button").click();
    const names = await page.locator(".classes tbody th").allTextContents();
    assert.deepEqual(
      names,
      [...names].sort((a, b) => a.localeCompare(b)),
    );
  });

  test("is whole without its script", async (t) => {
    const { page } = await open(t, { javaScriptEnabled: false });
    assert.equal(await page.locator(".classes tbody tr").count(), 100);
    assert.equal(await page.locator(".classes button").count(), 0);
    assert.equal(await page.locator("article.class").count(), 100);
    await page.locator(".classes tbody a").first().click();
    assert.match(page.url(), /#class-\d+$/);
  });

  test("prints every class", async (t) => {
    const { page } = await open(t, { colorScheme: "dark" });
    await page.emulateMedia({ media: "print" });
    const hidden = await page.evaluate(
      "[...document.querySelectorAll('article.class')].filter((one) => getComputedStyle(one).contentVisibility !== 'visible').length",
    );
    assert.equal(hidden, 0);
  });
});
