import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";

import { demoModel, demoTrain } from "../../src/demo/demo.js";
import type { EvidenceDocument } from "../../src/evidence/evidence-file.js";
import { makeEvidence } from "../../src/evidence/make-evidence.js";
import { evidencePage } from "../../src/evidence/page.js";
import { fitPca } from "../../src/pca/fit.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { openFile } from "../helpers/file-page.js";
import { assertPrints, assertWithoutBarriers, VIEWS } from "../helpers/offline-page.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";

const CLASSES = [3, 8];
const COMPONENTS = 3;
const HOSTILE = `"><script>document.title="taken"</script><img src="https://example.org/x.png">`;

describe("the page of an evidence run in a browser", { skip: noChromium }, () => {
  const root = temporaryFolder();
  const out = join(root.path, "evidence");
  let browser: Browser;
  let documents: readonly EvidenceDocument[];

  before(async () => {
    const pca = join(root.path, "pca");
    await fitPca({ model: demoModel(), train: demoTrain(), classes: CLASSES.join(","), out: pca });
    const attack = { components: COMPONENTS, poolSize: 12, eps: 8, steps: 4 };
    ({ classes: documents } = await makeEvidence({ ...attack, pca, classes: CLASSES, out }));
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    root.remove();
  });

  const open = (t: TestContext, options?: BrowserContextOptions) =>
    openFile(t, browser, join(out, "index.html"), options);

  for (const view of VIEWS) {
    test(`opens offline without errors or barriers: ${view.name}`, async (t) => {
      await assertWithoutBarriers(await open(t, view.options));
    });
  }

  test("prints on paper", async (t) => {
    await assertPrints(await open(t));
  });

  test("may load nothing but pictures beside it, run nothing but its script", async (t) => {
    const { page } = await open(t);
    const policy = await page
      .locator("meta[http-equiv='Content-Security-Policy']")
      .getAttribute("content");
    assert.match(
      policy ?? "",
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data: 'self' file:; base-uri 'none'; form-action 'none'$/,
    );
  });

  test("shows every picture and says what each one is", async (t) => {
    const { page, heard } = await open(t);
    await loadAll(page);
    const pictures = await page.evaluate<{ alt: string; width: number }[]>(
      "[...document.images].map((one) => ({ alt: one.alt.trim(), width: one.naturalWidth }))",
    );
    // The attack image, five images at each end, and a Grad-CAM over each.
    assert.equal(pictures.length, CLASSES.length * COMPONENTS * 22);
    for (const { alt, width } of pictures) {
      assert.notEqual(alt, "");
      assert.equal(width, 64, alt);
    }
    assert.deepEqual(heard, []);
  });

  test("is read by keyboard: j and k by component, n and p by class", async (t) => {
    const { page } = await open(t);
    const [first = [], second = []] = documents.map((one) =>
      one.components.map(({ eigenIndex }) => `component-${one.class}-${eigenIndex}`),
    );
    const pressed = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return page.evaluate<string>("document.activeElement.id");
    };
    for (const id of first) assert.equal(await pressed("j"), id);
    assert.equal(await pressed("j"), second[0]);
    assert.equal(await pressed("k"), first[2]);
    assert.equal(await pressed("n"), "class-8");
    assert.equal(await pressed("j"), second[0], "the first component of the class");
    assert.equal(await pressed("p"), "class-3");
    assert.equal(await pressed("p"), "class-3", "there is none before");
    assert.equal(await pressed("k"), "class-3", "no component before");
    assert.equal(await pressed("n"), "class-8");
    assert.equal(await pressed("n"), "class-8", "there is none behind");
    assert.equal(await pressed("k"), first[2]);
    const top = await page.evaluate<number>("document.activeElement.getBoundingClientRect().top");
    assert.ok(top >= 0 && top < 100, `it is ${top} pixels below the top`);
    assert.equal(await pressed("Control+j"), first[2], "the browser's own keys stay its own");
  });

  test("c takes the Grad-CAMs away and brings them back", async (t) => {
    const { page } = await open(t);
    const visible = (): Promise<number> =>
      page.evaluate("[...document.images].filter((one) => one.checkVisibility()).length");
    const all = await visible();
    await page.keyboard.press("c");
    assert.equal(await visible(), all / 2);
    await page.keyboard.press("c");
    assert.equal(await visible(), all);
  });

  test("links lead to classes and components, in the bars of the attack, too", async (t) => {
    const { page } = await open(t);
    await page.locator("nav a", { hasText: "teapot" }).click();
    assert.match(page.url(), /#class-8$/);
    const bars = page.locator("#class-8 .spectrum a");
    assert.equal(await bars.count(), COMPONENTS);
    await bars.first().focus();
    await page.keyboard.press("Enter");
    const [, id = ""] = /#(component-8-\d+)$/.exec(page.url()) ?? [];
    assert.equal(await page.locator(`article#${id}`).count(), 1);
    const named = await bars.first().getAttribute("aria-label");
    assert.match(named ?? "", /^Component \d+, rank \d+: attack confidence /);
    assert.equal(await page.locator("#class-8 .spectrum rect").count(), 12);
  });

  test("names both numberings of every component", async (t) => {
    const { page } = await open(t);
    const titles = await page.locator("article h3").allTextContents();
    const expected = documents.flatMap(({ components }) =>
      components.map(
        ({ eigenIndex, rank }) => `eigen index ${eigenIndex} · rank ${rank} by attack`,
      ),
    );
    for (const [i, text] of expected.entries()) assert.ok(titles[i]?.includes(text), titles[i]);
  });

  test("is whole without its script", async (t) => {
    const { page, heard } = await open(t, { javaScriptEnabled: false });
    assert.equal(await page.locator("article.component").count(), CLASSES.length * COMPONENTS);
    assert.deepEqual(heard, []);
  });

  test("takes hostile names for text", async (t) => {
    const [one] = documents;
    assert.ok(one);
    const components = one.components.map((component) => ({
      ...component,
      top: component.top.map((image) => ({ ...image, path: HOSTILE })),
    }));
    const hostile = { ...one, components, label: HOSTILE, wnid: HOSTILE, synonyms: HOSTILE };
    const context = await browser.newContext({ offline: true });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.setContent(evidencePage([hostile]));
    assert.equal(await page.title(), "Evidence for 3 components of 1 class");
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img[src^='https:']").count(), 0);
  });

  test("sheets are pictures of one size, wide enough for their words", async () => {
    for (const { class: index, components } of documents) {
      for (const { sheet } of components) {
        const path = join(out, String(index).padStart(3, "0"), sheet);
        const { width, height } = await sharp(path).metadata();
        const strip = { left: width - 20, top: 0, width: 20, height };
        const edge = await sharp(await sharp(path).extract(strip).png().toBuffer()).stats();
        assert.deepEqual(
          edge.channels.slice(0, 3).map(({ min }) => min),
          [255, 255, 255],
          `${sheet}: something reaches the right edge`,
        );
      }
    }
  });
});

/** Pictures below the fold are read when they come near. */
async function loadAll(page: Page): Promise<void> {
  await page.evaluate(
    "Promise.all([...document.images].map((one) => { one.loading = 'eager'; return one.decode(); }))",
  );
}
