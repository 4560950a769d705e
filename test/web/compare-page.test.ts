import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { changedPictures } from "../../src/comparison/changed-pictures.js";
import { comparePage } from "../../src/comparison/compare-page.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { comparedResults } from "../helpers/compared-results.js";
import {
  assertSorts,
  assertPrints,
  assertWithoutBarriers,
  columnOf,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";

const HOSTILE = `"><script>document.title="taken"</script><img src="https://example.org/x.png">`;
const PICTURES = 18;
const MORE_OF_THE_SAME = [".classes tbody tr:nth-child(n+6)"];

describe("the page of a comparison in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  async function open(t: TestContext, options: BrowserContextOptions = {}) {
    const { comparison } = await comparedResults(t, {
      names: [`resnet50 ${HOSTILE}`, "convnext_tiny"],
      pictures: PICTURES,
    });
    const content = comparePage(comparison, await changedPictures(comparison));
    return { comparison, ...(await openOffline(t, browser, content, options)) };
  }

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, view.options), MORE_OF_THE_SAME);
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("takes hostile names for text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), `resnet50 ${HOSTILE} and convnext_tiny compared`);
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img:not([src^='data:'])").count(), 0);
    assert.deepEqual(heard, []);
  });

  test("draws every class, shows the pictures that are there and lists the others", async (t) => {
    const { page, comparison } = await open(t);
    assert.equal(await page.locator(".pairs .pair-mark").count(), 100);
    assert.equal(await page.locator(".tiles img").count(), PICTURES);
    const broken = await page.evaluate<number>(
      "[...document.images].filter((image) => !(image.naturalWidth > 0)).length",
    );
    assert.equal(broken, 0);
    const listed = await page.locator(".names.changed li").allTextContents();
    const gone = comparison.images.slice(PICTURES);
    assert.equal(listed.length, gone.length);
    for (const [i, { path }] of gone.entries()) assert.ok(listed[i]?.includes(path));
  });

  test("sorts its table by every number, from the largest fall at first", async (t) => {
    const { page, comparison } = await open(t);
    const differences = await columnOf(page, ".paired", 3);
    const expected = comparison.classes.map(({ ap }) => ap).sort((a, b) => a - b);
    assert.deepEqual(differences, expected);
    await assertSorts(page, ".paired", [1, 2, 3, 5, 6]);
  });
});
