import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

/**
 * Opens a page and the files beside it from disk, without a network, until the end of the test.
 * @returns heard: console messages, errors, failures and requests that leave the disk
 */
export async function openFile(
  t: TestContext,
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; heard: readonly string[] }> {
  const context = await browser.newContext({ offline: true, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const heard: string[] = [];
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => heard.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) heard.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, heard };
}
