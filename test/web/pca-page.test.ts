import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { readPcaIndex } from "../../src/pca/pca-index.js";
import { pcaPage } from "../../src/pca/pca-page.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { fitPaintedPca } from "../helpers/mining-pool.js";
import {
  assertPrints,
  assertWithoutBarriers,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const HOSTILE = `"><script>document.title="taken"</script>`;

describe("the page of a PCA in a browser", { skip: noChromium }, () => {
  const root = temporaryFolder();
  let browser: Browser;
  let content = "";
  before(async () => {
    browser = await launchChromium();
    const { pca } = await fitPaintedPca(root.path);
    const index = await readPcaIndex(pca);
    const classes = index.classes.map((one) => ({ ...one, wnid: HOSTILE }));
    content = await pcaPage(pca, { ...index, train: HOSTILE, classes });
  });
  after(async () => {
    await browser.close();
    root.remove();
  });

  const open = (t: TestContext, options: BrowserContextOptions = {}) =>
    openOffline(t, browser, content, options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, view.options));
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("shows every class and component, and hostile names as text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), "Neural PCA of 2 classes");
    assert.equal(await page.locator("main > section").count(), 2);
    assert.equal(await page.locator("tbody tr").count(), 12);
    const text = (await page.locator("#provenance").textContent()) ?? "";
    assert.ok(text.includes(HOSTILE));
    assert.deepEqual(heard, []);
  });
});
