import { rate } from "../../src/bench/table.js";
import type { MeasuredSuite } from "./render.js";

const WIDTH = 760;
const NAMES = 170;
const BAR = 18;
const GAP = 6;
const HEADING = 30;
const COLOURS = { own: "#0b6e99", peer: "#9aa5b1", limit: "none" } as const;

/** Bars of the median rates, one group a suite, each group on its own scale; a text file (SVG). */
export function plotRates(suites: readonly MeasuredSuite[]): string {
  const parts: string[] = [];
  let y = 8;
  for (const { heading, document } of suites) {
    if (document === null) continue;
    parts.push(text(4, y + 18, `${heading} (${document.unit})`, 'font-weight="bold"'));
    y += HEADING;
    const most = Math.max(...document.rows.map(({ summary }) => summary.greatest));
    for (const { name, role, summary } of document.rows) {
      const scale = (value: number): number => (value / most) * (WIDTH - NAMES - 70);
      const outline = role === "limit" ? ' stroke="#9aa5b1" stroke-dasharray="4 3"' : "";
      const middle = y + BAR / 2;
      const [least, greatest] = [scale(summary.least), scale(summary.greatest)];
      parts.push(
        text(NAMES - 8, y + 13, name, 'text-anchor="end"'),
        `<rect x="${NAMES}" y="${y}" width="${fixed(scale(summary.median))}" height="${BAR}" fill="${COLOURS[role]}"${outline}/>`,
        `<path d="M${fixed(NAMES + least)} ${middle}H${fixed(NAMES + greatest)}" stroke="#d1495b" stroke-width="2"/>`,
        text(NAMES + greatest + 8, y + 13, rate(summary.median)),
      );
      y += BAR + GAP;
    }
    y += 12;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function text(x: number, y: number, content: string, attributes = ""): string {
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${fixed(x)}" y="${fixed(y)}" fill="#1f2933" ${attributes}>${safe}</text>`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
