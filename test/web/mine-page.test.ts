import assert from "node:assert/strict";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";
import sharp from "sharp";

import { minePage } from "../../src/mining/mine-page.js";
import { MINE_SCHEMA, type MineResult } from "../../src/mining/mine-result.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import {
  assertPrints,
  assertWithoutBarriers,
  openOffline,
  VIEWS,
} from "../helpers/offline-page.js";

const HOSTILE = `a "><script>document.title="taken"</script>.jpg`;

function result(): MineResult {
  const components = [1, 3].map((eigenIndex) => ({
    eigenIndex,
    trainMax: 2,
    cutShort: eigenIndex === 3,
    nearDuplicates: [{ id: "twin.jpg", alpha: 1, of: HOSTILE, distance: 2 }],
    top: Array.from({ length: 130 }, (_, i) => ({
      ...{ rank: i + 1, alpha: 3 - i / 50, probability: 0.5, pool: 0 },
      id: i === 0 ? HOSTILE : `photos/a long folder name/${i}.jpg`,
      file: i % 7 === 3 ? null : `images/${i}.jpg`,
    })),
  }));
  return {
    schema: MINE_SCHEMA,
    class: { index: 94, wnid: "n01833805", label: "humming_bird <b>" },
    components,
    counts: { pool: 10_000_000, excluded: 12, mined: 9_999_000, training: 3, skipped: 985 },
    skipped: [{ id: HOSTILE, code: "IMAGE_UNREADABLE", message: `reading an image: ${HOSTILE}` }],
    damaged: [{ path: "/pools/0001.tar", message: "expected an end-of-archive mark" }],
    pools: [{ path: "/pools/0001.tar", kind: "tar" }],
    shard: null,
    list: { top: 130, candidates: 520, nearDuplicates: 4 },
    settings: {},
    provenance: { version: "1", seconds: 3 },
  };
}

describe("the page of mined images in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  let picture = "";
  before(async () => {
    browser = await launchChromium();
    const create = { width: 40, height: 30, channels: 3, background: "teal" } as const;
    const bytes = await sharp({ create }).webp().toBuffer();
    picture = `data:image/webp;base64,${bytes.toString("base64")}`;
  });
  after(() => browser.close());

  const open = (t: TestContext, options: BrowserContextOptions = {}) =>
    openOffline(t, browser, minePage(result(), { thumbnailOf: () => picture }), options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, view.options), [".tiles li:nth-child(n+6)"]);
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("shows the first hundred images of each component, and hostile names as text", async (t) => {
    const { page, heard } = await open(t);
    assert.equal(await page.title(), "Images mined for humming bird <b>");
    assert.equal(await page.locator("h1").textContent(), "humming bird <b>");
    assert.equal(await page.locator(".mined").count(), 2);
    assert.equal(await page.locator("#component-1 ~ .tiles li").count(), 100);
    assert.equal(
      await page.locator("#component-1 ~ .tiles li").first().getAttribute("title"),
      HOSTILE,
    );
    const text = (await page.locator("body").textContent()) ?? "";
    assert.match(text, /9,999,000 of 10,000,000 images/);
    assert.match(text, /The first 100 of the 130 images/);
    assert.match(text, /985 images could not be read/);
    assert.deepEqual(heard, []);
  });
});
