import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions } from "playwright-core";

import { readMineResult } from "../../src/mining/mine-result.js";
import { currentReview, parseReview, reviewPath } from "../../src/mining/review/review-file.js";
import { serveReview } from "../../src/mining/review/serve-review.js";
import { openServed, pressAnswer, textIs } from "../helpers/annotation-page.js";
import { accessibilityViolations } from "../helpers/axe.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { startCli } from "../helpers/cli.js";
import { minedFolder } from "../helpers/mined-folder.js";
import { VIEWS } from "../helpers/offline-page.js";
import { waitFor } from "../helpers/wait.js";

const HOSTILE = `<img src=x onerror="document.title='taken'">`;
const SHAPE = { components: { 1: 12, 4: 8 }, label: HOSTILE, firstId: HOSTILE };
const IMAGES = 20;
const KEYS = ["k", "c", "n", "k", "s"] as const;
const ANSWERS = { k: "keep", c: "contains class", n: "not feature", s: "skip" } as const;

describe("the page of mined images for review in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const open = (t: TestContext, url: string, options: BrowserContextOptions = {}) =>
    openServed(t, browser, url, options);

  async function served(t: TestContext) {
    const mine = await minedFolder(t, SHAPE);
    const page = await serveReview({ mine });
    t.after(() => page[Symbol.asyncDispose]());
    return { ...page, mine };
  }

  async function entriesOf(mine: string) {
    const { result } = await readMineResult(mine);
    const path = reviewPath(mine);
    return parseReview(path, readFileSync(path, "utf8"), result).entries;
  }

  for (const { name, options } of VIEWS) {
    test(`has no barriers and fits: ${name}`, async (t) => {
      const { url } = await served(t);
      const { page, heard } = await open(t, url, options);
      await page.keyboard.press("k");
      await textIs(page, "count", "1 of 20 answered");
      await page.keyboard.press("ArrowLeft");
      await page.locator(".groups-of summary").click();
      assert.deepEqual(await accessibilityViolations(page), []);
      const [across, width] = await page.evaluate<[number, number]>(
        "[document.documentElement.scrollWidth, innerWidth]",
      );
      assert.equal(across, width, "nothing stands out at the side");
      assert.deepEqual(heard, []);
    });
  }

  test("every image by keyboard alone; killed in the middle, it goes on: every answer once", async (t) => {
    const mine = await minedFolder(t, SHAPE);
    const program = async () => {
      const { child, ended } = startCli(["mine", "review", mine, "--json"]);
      t.after(() => child.kill("SIGKILL"));
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
      await waitFor("the address", () => text.endsWith("}\n"));
      const { url, images } = JSON.parse(text) as { url: string; images: number };
      assert.equal(images, IMAGES);
      return { child, ended, url };
    };
    const first = await program();
    const { page } = await open(t, first.url);
    const press = (tab: typeof page, i: number) =>
      pressAnswer(tab, KEYS[i % KEYS.length]!, i + 1, IMAGES);
    for (let i = 0; i < 7; i++) await press(page, i);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = await program();
    const again = (await open(t, second.url)).page;
    await textIs(again, "count", "7 of 20 answered");
    for (let i = 7; i < IMAGES; i++) await press(again, i);
    await again.locator("#nothing").waitFor();
    second.child.kill("SIGTERM");
    const { status, stderr } = await second.ended;
    assert.equal(status, 0, stderr);
    assert.match(stderr, /20 of 20 images answered in .*review\.json/);

    const entries = await entriesOf(mine);
    const said = entries.map((one) => ("answer" in one ? one.answer : "undo"));
    const pressed = Array.from({ length: IMAGES }, (_, i) => ANSWERS[KEYS[i % KEYS.length]!]);
    assert.deepEqual(said, pressed);
    assert.equal(currentReview(entries).size, IMAGES);
    assert.ok(!existsSync(`${reviewPath(mine)}.lock`));
  });

  test("shows image, alpha, class and neighbours; the strip, the arrows and undo lead back", async (t) => {
    const { url, mine } = await served(t);
    const { page, heard } = await open(t, url);
    await page.locator("#large[src$='/large/0']").waitFor();
    assert.equal(await page.locator("#name").textContent(), HOSTILE);
    assert.equal(await page.locator("#large").getAttribute("alt"), HOSTILE);
    assert.match(
      (await page.locator("#scores").textContent()) ?? "",
      /α3\.00.*p of the class0\.500/,
    );
    assert.match((await page.locator("#definition").textContent()) ?? "", /brewing tea/);
    assert.equal(await page.locator("#strip li").count(), 9);
    await page.locator("#strip button").nth(2).click();
    await page.locator("#large[src$='/large/2']").waitFor();
    await pressAnswer(page, "n", 1, IMAGES);
    await page.locator("#large[src$='/large/3']").waitFor();
    assert.equal(
      await page.locator("#strip button").nth(2).getAttribute("aria-label"),
      "Image 3, not the feature",
    );
    await page.keyboard.press("u");
    await textIs(page, "count", "0 of 20 answered");
    await page.locator("#large[src$='/large/2']").waitFor();
    await page.keyboard.press("Shift+ArrowDown");
    await page.locator("#large[src$='/large/12']").waitFor();
    const place = await page.locator("#strip [aria-current]").getAttribute("aria-label");
    assert.equal(place, "Image 13");
    assert.equal((await entriesOf(mine)).length, 2);
    assert.deepEqual(heard, []);
  });

  test("two tabs do not fight: the stale one is told, and reads again", async (t) => {
    const { url, mine } = await served(t);
    const { page, context } = await open(t, url);
    const other = await context.newPage();
    await other.goto(url);
    await textIs(other, "live", "", "!==");
    await pressAnswer(page, "k", 1, IMAGES);
    await other.keyboard.press("n");
    await other.locator("#message").waitFor();
    assert.match((await other.locator("#message").textContent()) ?? "", /changed in another tab/);
    assert.equal((await entriesOf(mine)).length, 1);
  });

  test("hostile names are text", async (t) => {
    const { url } = await served(t);
    const { page } = await open(t, url);
    assert.equal(await page.title(), `Mined images, ${HOSTILE}`);
    assert.equal(await page.locator("main img[onerror]").count(), 0);
    assert.equal(new URL(page.url()).search, "");
  });
});
