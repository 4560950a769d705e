import type { TestContext } from "node:test";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

export interface OpenedPage {
  readonly page: Page;
  /** Console messages, errors and requests that leave this server. */
  readonly heard: string[];
  readonly context: BrowserContext;
}

/** Opens a page that a program serves, and waits until it shows its first item. */
export async function openServed(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const heard: string[] = [];
  const page = await context.newPage();
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith("data:"))
      heard.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await shown(page);
  return { page, heard, context };
}

export async function shown(page: Page): Promise<void> {
  await textIs(page, "live", "", "!==");
}

/** Presses an answer and waits until it is saved and the next item shows. */
export async function pressAnswer(
  page: Page,
  key: string,
  answered: number,
  all: number,
): Promise<void> {
  const saved = textIs(page, "live", await page.locator("#live").textContent(), "!==");
  await page.keyboard.press(key);
  await saved;
  await textIs(page, "count", `${String(answered)} of ${String(all)} answered`);
}

/**
 * Waits until an element's text is this, or is this no more. Asked from outside: the page's policy
 * lets nothing be evaluated inside.
 */
export async function textIs(
  page: Page,
  id: string,
  text: string | null,
  is: "===" | "!==" = "===",
) {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await page.locator(`#${id}`).textContent();
    if ((found === text) === (is === "===")) return;
    if (Date.now() > end) {
      throw new Error(`#${id}: expected ${is} ${String(text)}, got ${String(found)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
