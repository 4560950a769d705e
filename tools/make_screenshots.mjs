// The pictures of the README, from the demo's results: run `npm start` first.
//
//   CHROMIUM=/usr/bin/chromium node tools/make_screenshots.mjs

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";

const ROOT = new URL("../", import.meta.url);
const inRoot = (path) => fileURLToPath(new URL(path, ROOT));
const FILES = [
  { page: "results/demo/eval/report.html", file: "docs/images/report-demo.png", height: 1250 },
  { page: "results/demo/evidence/index.html", file: "docs/images/evidence-demo.png", height: 980 },
];

async function shoot(browser, url, file, height) {
  const page = await browser.newPage({ viewport: { width: 1280, height } });
  await page.goto(url);
  await page.waitForLoadState("networkidle");
  const png = await page.screenshot();
  await sharp(png).resize(960).png({ palette: true, quality: 90 }).toFile(inRoot(file));
  await page.close();
}

/** The labelling page over the demo's evidence; its answers go nowhere. */
async function withLabelPage(use) {
  const labels = await mkdtemp(join(tmpdir(), "spurious-native-screenshots-"));
  const args = ["label", "serve", inRoot("results/demo/evidence"), "--annotator", "you"];
  const program = [inRoot("bin/spurious-native.js"), ...args, "--labels", labels, "--json"];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let text = "";
    for await (const piece of child.stdout) {
      text += piece;
      if (text.endsWith("}\n")) break;
    }
    await use(JSON.parse(text).url);
  } finally {
    child.kill();
    await rm(labels, { recursive: true, force: true });
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
await mkdir(new URL("docs/images/", ROOT), { recursive: true });
for (const { page, file, height } of FILES) {
  await shoot(browser, pathToFileURL(inRoot(page)).href, file, height);
}
await withLabelPage((url) => shoot(browser, url, "docs/images/label-demo.png", 860));
await browser.close();
