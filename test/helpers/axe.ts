import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Serious and critical violations that axe-core finds in the page, with the elements concerned.
 * @param exclude selectors of what need not be looked at, since others are made alike
 */
export async function accessibilityViolations(
  page: Page,
  exclude: readonly string[] = [],
): Promise<string[]> {
  await page.evaluate(SOURCE);
  const context = JSON.stringify({ include: [["html"]], exclude: exclude.map((one) => [one]) });
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${context})`);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map(({ html }) => html)
          .slice(0, 3)
          .join(" | ")}`,
    );
}
