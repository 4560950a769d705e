import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { currentAnswers } from "../../src/labelling/answers.js";
import { labelAgreement } from "../../src/labelling/agreement.js";
import { readLabels } from "../../src/labelling/labels-file.js";
import { serveLabels, type ServeRequest } from "../../src/labelling/serve.js";
import { openServed, pressAnswer, shown, textIs } from "../helpers/annotation-page.js";
import { accessibilityViolations } from "../helpers/axe.js";
import { launchChromium, noChromium } from "../helpers/chromium.js";
import { startCli } from "../helpers/cli.js";
import { evidenceFiles } from "../helpers/evidence-files.js";
import { labelsOf } from "../helpers/labels-files.js";
import { VIEWS } from "../helpers/offline-page.js";
import { waitFor } from "../helpers/wait.js";

const HOSTILE = `<script>document.title="taken"</script><img src=x onerror="document.title='taken'">`;
/** 30 components. */
const SHAPE = {
  classes: { 1: HOSTILE, 3: "fish", 8: "teapot" },
  components: 10,
  definition: HOSTILE,
  path: `${HOSTILE}.jpg`,
};
const COMPONENTS = 30;
/** What is pressed, over and over. */
const KEYS = ["s", "n", "i", "s", "k"] as const;
const ANSWERS = { s: "spurious", n: "not spurious", i: "inconsistent", k: "skip" } as const;

describe("the labelling page in a browser", { skip: noChromium }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  const open = (t: TestContext, url: string, options: BrowserContextOptions = {}) =>
    openServed(t, browser, url, options);

  async function served(t: TestContext, more: Partial<ServeRequest> = {}) {
    const evidence = await evidenceFiles(t, SHAPE);
    const page = await serveLabels({ evidence, annotator: "anna", ...more });
    t.after(() => page[Symbol.asyncDispose]());
    return { ...page, evidence };
  }

  /** The program as a process of its own. */
  async function program(t: TestContext, evidence: string) {
    const { child, ended } = startCli([
      "label",
      "serve",
      evidence,
      "--annotator",
      "anna",
      "--json",
    ]);
    t.after(() => child.kill("SIGKILL"));
    let text = "";
    child.stdout?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await waitFor("the address", () => text.endsWith("}\n"));
    return { child, ended, url: (JSON.parse(text) as { url: string }).url };
  }

  for (const { name, options } of VIEWS) {
    test(`has no barriers and fits: ${name}`, async (t) => {
      const { url } = await served(t);
      const { page, heard } = await open(t, url, options);
      await page.locator(".groups-of summary").click();
      const fits = async (what: string) => {
        assert.deepEqual(await accessibilityViolations(page), [], what);
        const [across, width] = await page.evaluate<[number, number]>(
          "[document.documentElement.scrollWidth, innerWidth]",
        );
        assert.equal(across, width, `${what}: nothing stands out at the side`);
      };
      await fits("a component");
      await page.keyboard.press("?");
      await fits("the help");
      await page.keyboard.press("Escape");
      await page.keyboard.press("s");
      await place(page, "1 of 30 answered");
      await page.keyboard.press("ArrowLeft");
      await fits("an answered component");
      assert.deepEqual(heard, []);
    });
  }

  test("30 components by keyboard alone; killed in the middle, it goes on: every answer once", async (t) => {
    const evidence = await evidenceFiles(t, SHAPE);
    const file = join(evidence, "labels/anna.labels.json");
    const first = await program(t, evidence);
    const { page } = await open(t, first.url);
    for (let i = 0; i < 13; i++) await press(page, KEYS[i % KEYS.length]!, i + 1);
    first.child.kill("SIGKILL");
    await first.ended;
    // What is said now cannot be kept, and the page says so.
    await page.keyboard.press("s");
    await page.locator("#message").waitFor();
    assert.match((await page.locator("#message").textContent()) ?? "", /does not answer/);
    assert.equal((await readLabels(file)).entries.length, 13);

    const second = await program(t, evidence);
    const again = (await open(t, second.url)).page;
    await place(again, "13 of 30 answered");
    for (let i = 13; i < COMPONENTS; i++) await press(again, KEYS[i % KEYS.length]!, i + 1);
    await again.locator("#nothing").waitFor();
    second.child.kill("SIGTERM");
    const { status, stderr } = await second.ended;
    assert.equal(status, 0, stderr);
    assert.match(stderr, /30 of 30 components answered/);

    const { entries } = await readLabels(file);
    assert.equal(entries.length, COMPONENTS);
    assert.equal(currentAnswers(entries).size, COMPONENTS);
    const said = entries.map((one) => ("answer" in one ? one.answer : "undo"));
    assert.deepEqual(
      said,
      Array.from({ length: COMPONENTS }, (_, i) => ANSWERS[KEYS[i % KEYS.length]!]),
    );
  });

  test("undo goes back, shows what it took back, and the answer can be given anew", async (t) => {
    const { url, file } = await served(t);
    const { page } = await open(t, url);
    const first = await which(page);
    await press(page, "s", 1);
    await press(page, "n", 2);
    await page.keyboard.press("u");
    await place(page, "1 of 30 answered");
    await page.keyboard.press("u");
    await place(page, "0 of 30 answered");
    assert.equal(await which(page), first);
    await press(page, "i", 1);
    const { entries } = await readLabels(file);
    assert.deepEqual(
      entries.map((one) => ("answer" in one ? one.answer : one.undo)),
      ["spurious", "not spurious", 2, 1, "inconsistent"],
    );
  });

  test("notes, Grad-CAM on demand, arrows, lists and classes by keyboard", async (t) => {
    const { url, file } = await served(t);
    const { page, heard } = await open(t, url);
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    const first = await which(page);

    await page.keyboard.press("g");
    await page.locator("#attack img[src*='attack-cam']").waitFor();
    assert.equal(await page.locator("#top img[src*='-cam-']").count(), 3);
    assert.ok(requested.some((one) => one.includes("attack-cam")));
    await page.keyboard.press("g");

    await page.keyboard.press("e");
    await page.keyboard.type("ski mask, sn");
    assert.equal((await readLabels(file)).entries.length, 0);
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
    await textIs(page, "which", first, "!==");
    assert.equal(await page.locator("#note").inputValue(), "");
    await page.keyboard.press("ArrowLeft");
    await textIs(page, "which", first);
    await press(page, "s", 1);
    const [entry] = (await readLabels(file)).entries;
    assert.equal(entry !== undefined && "note" in entry && entry.note, "ski mask, sn");

    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("f");
    await page.keyboard.press("s");
    await page.keyboard.press("Escape");
    await textIs(page, "which", first);
    assert.equal(await page.locator("#note").inputValue(), "ski mask, sn");
    assert.equal(
      await page.locator("[data-answer='spurious']").getAttribute("aria-pressed"),
      "true",
    );

    await page.locator("#filter").selectOption("all");
    await page.locator("#filter").blur();
    const name = await page.locator("#name").textContent();
    await page.keyboard.press("Shift+ArrowDown");
    await textIs(page, "name", name, "!==");
    assert.deepEqual(heard, []);
  });

  test("tells a screen reader what was saved and what shows", async (t) => {
    const { url } = await served(t);
    const { page } = await open(t, url);
    assert.equal(await page.locator("#live").getAttribute("aria-live"), "polite");
    await press(page, "n", 1);
    const told = (await page.locator("#live").textContent()) ?? "";
    assert.match(told, /^Saved: not spurious\. .*, component \d, 2 of 30$/);
  });

  test("a key that is held down answers once; keys can be turned off", async (t) => {
    const { url, session } = await served(t);
    const { page } = await open(t, url);
    for (let i = 0; i < 5; i++) await page.keyboard.down("s");
    await place(page, "1 of 30 answered");
    await page.keyboard.up("s");
    await page.keyboard.press("?");
    await page.locator("#keys-on").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    await page.locator("[data-answer='inconsistent']").click();
    await place(page, "2 of 30 answered");
    assert.equal(session.answered, 2);
  });

  test("two tabs do not fight: the stale one is told, and reads again", async (t) => {
    const { url, file } = await served(t);
    const one = await open(t, url);
    const other = await one.context.newPage();
    await other.goto(url);
    await shown(other);
    await press(one.page, "s", 1);
    await other.keyboard.press("n");
    await other.locator("#message").waitFor();
    assert.match((await other.locator("#message").textContent()) ?? "", /changed in another tab/);
    await place(other, "1 of 30 answered");
    assert.equal(
      await other.locator("[data-answer='spurious']").getAttribute("aria-pressed"),
      "true",
    );
    assert.equal((await readLabels(file)).entries.length, 1);
    await press(other, "n", 1);
    assert.equal((await readLabels(file)).entries.length, 2);
  });

  test("hostile names are text, and the token is not in the address", async (t) => {
    const { url } = await served(t);
    const { page, heard } = await open(t, url);
    await page.locator("#filter").selectOption("all");
    await page.locator("#group-filter").selectOption("1");
    await textIs(page, "name", HOSTILE);
    assert.equal(await page.locator("#definition").textContent(), HOSTILE);
    assert.equal(await page.title(), "Labelling, anna");
    assert.equal(await page.locator("main script, main img[onerror]").count(), 0);
    assert.equal(new URL(page.url()).search, "");
    await page.reload();
    await shown(page);
    assert.deepEqual(heard, []);
  });

  test("the blind see neither scores nor others", async (t) => {
    const evidence = await evidenceFiles(t, SHAPE);
    const labels = join(evidence, "given");
    const others = labelsOf(
      "zoe",
      Array.from({ length: 10 }, () => "spurious" as const),
    );
    await using first = await serveLabels({ evidence, annotator: "anna", labels });
    writeFileSync(join(labels, "zoe.labels.json"), others);
    const text = async (request: Partial<ServeRequest>) => {
      const page = await serveLabels({ evidence, annotator: "ben", labels, ...request });
      t.after(() => page[Symbol.asyncDispose]());
      const { page: tab } = await open(t, page.url);
      await tab.locator("#filter").selectOption("all");
      await tab.locator("#group-filter").selectOption("3");
      await textIs(tab, "name", "fish");
      return tab.locator("main").innerText();
    };
    assert.match(await text({}), /0\.987[^]*zoe/);
    assert.doesNotMatch(await text({ annotator: "carla", blind: true }), /0\.987|zoe|α/);
    assert.equal(first.session.answered, 0);
  });

  test("two people label: their kappa is that of what they pressed", async (t) => {
    const evidence = await evidenceFiles(t, { ...SHAPE, classes: { 3: "fish" } });
    const pressed = { anna: "snissnnsis", ben: "snisnnnsss" };
    const files: string[] = [];
    for (const [annotator, keys] of Object.entries(pressed)) {
      const page = await serveLabels({ evidence, annotator, blind: true });
      const { page: tab } = await open(t, page.url);
      for (const [i, key] of [...keys].entries()) await press(tab, key, i + 1, 10);
      files.push(page.file);
      await page[Symbol.asyncDispose]();
    }
    const { cohenKappa, raw, disagreements } = await labelAgreement({ files });
    assert.equal(raw.value, 0.8);
    // scikit-learn's cohen_kappa_score of the two strings.
    assert.ok(Math.abs((cohenKappa?.value ?? 0) - KAPPA) < 1e-12);
    assert.equal(disagreements.length, 2);
  });
});

const KAPPA = 0.6721311475409836;

const press = (page: Page, key: string, answered: number, all = COMPONENTS): Promise<void> =>
  pressAnswer(page, key, answered, all);

async function place(page: Page, text: string): Promise<void> {
  await textIs(page, "count", text);
}

async function which(page: Page): Promise<string | null> {
  return page.locator("#which").textContent();
}
