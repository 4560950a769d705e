// The pictures of the README, from the demo's results: run `npm start` first.
//
//   CHROMIUM=/usr/bin/chromium node tools/make_screenshots.mjs

import { mkdir } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";

const ROOT = new URL("../", import.meta.url);
const PAGES = [
  { page: "results/demo/eval/report.html", file: "docs/images/report-demo.png", height: 1250 },
  { page: "results/demo/evidence/index.html", file: "docs/images/evidence-demo.png", height: 980 },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
await mkdir(new URL("docs/images/", ROOT), { recursive: true });
for (const { page: path, file, height } of PAGES) {
  const page = await browser.newPage({ viewport: { width: 1280, height } });
  await page.goto(pathToFileURL(fileURLToPath(new URL(path, ROOT))).href);
  const png = await page.screenshot();
  await sharp(png)
    .resize(960)
    .png({ palette: true, quality: 90 })
    .toFile(fileURLToPath(new URL(file, ROOT)));
  await page.close();
}
await browser.close();
