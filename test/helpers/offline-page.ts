import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";

import { accessibilityViolations } from "./axe.js";
import { openFile } from "./file-page.js";
import { fileTree } from "./file-tree.js";

export interface OfflinePage {
  readonly page: Page;
  /** Requests, console messages and errors: what should stay empty. */
  readonly heard: readonly string[];
}

/** How pages are looked at. */
export const VIEWS: readonly { readonly name: string; readonly options: BrowserContextOptions }[] =
  (["light", "dark"] as const).flatMap((colorScheme) =>
    [1280, 400].map((width) => ({
      name: `${colorScheme}, ${width} pixels wide`,
      options: { colorScheme, viewport: { width, height: 900 } },
    })),
  );

/** Opens a page from disk without a network. */
export async function openOffline(
  t: TestContext,
  browser: Browser,
  content: string,
  options: BrowserContextOptions = {},
): Promise<OfflinePage> {
  const file = join(fileTree(t, []), "page.html");
  writeFileSync(file, content);
  return openFile(t, browser, file, options);
}

/**
 * No serious violation, nothing that stands out at the side, nothing heard.
 * @param exclude selectors of what need not be looked at, since others are made alike
 */
export async function assertWithoutBarriers(
  { page, heard }: OfflinePage,
  exclude: readonly string[] = [],
): Promise<void> {
  assert.deepEqual(await accessibilityViolations(page, exclude), []);
  const [across, width] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, innerWidth]",
  );
  assert.equal(across, width, "nothing stands out at the side");
  assert.deepEqual(heard, []);
}

/** The numbers that a table's column sorts by, from above to below. */
export function columnOf(page: Page, table: string, cell: number): Promise<number[]> {
  return page.evaluate(
    `[...document.querySelector(${JSON.stringify(table)}).tBodies[0].rows].map((row) => Number(row.cells[${cell}].dataset.v))`,
  );
}

/** Every column of a table whose header is a button sorts by it, up and then down. */
export async function assertSorts(page: Page, table: string, columns: readonly number[]) {
  for (const column of columns) {
    const header = page.locator(`${table} th[data-column='${column}']`);
    for (let click = 0; click < 2; click++) {
      await header.locator("button").click();
      const sign = (await header.getAttribute("aria-sort")) === "ascending" ? 1 : -1;
      const values = await columnOf(page, table, column);
      assert.deepEqual(
        values,
        [...values].sort((a, b) => sign * (a - b)),
        `column ${column}`,
      );
    }
  }
}

/** A4 within its margins (12 mm at each side), in pixels. */
const PAPER_WIDTH = 703;

/**
 * Printed from a dark screen, a page is dark on white, nothing is cut off at the side of a sheet, and
 * it becomes sheets of paper.
 */
export async function assertPrints({ page, heard }: OfflinePage): Promise<void> {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: PAPER_WIDTH, height: 1000 });
  const [ground, ink] = await page.evaluate<[string, string]>(
    "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]",
  );
  assert.equal(ground, "rgb(255, 255, 255)");
  const brightest = Math.max(...(ink.match(/\d+/g) ?? []).map(Number));
  assert.ok(brightest < 64, `ink ${ink}`);
  const beyond = await page.evaluate<string[]>(
    `[...document.body.querySelectorAll("*")].filter((one) => one.checkVisibility() && !one.closest("svg, .hidden, .skip") && one.getBoundingClientRect().right > ${PAPER_WIDTH} + 1).map((one) => one.outerHTML.slice(0, 120))`,
  );
  assert.deepEqual(beyond.slice(0, 5), [], "nothing is cut off at the side");
  const pdf = await page.pdf({ preferCSSPageSize: true, format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  assert.deepEqual(heard, []);
}
