import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { EvalResult } from "../../src/results/eval-result.js";

/** What a complete result consists of. */
export const RESULT_FILES = [
  "classes.csv",
  "images.csv",
  "images.parquet",
  "report.html",
  "result.json",
  "spurious_score.txt",
];

/** Of a result that is not complete, with or without work done. */
export const JOURNAL = "progress.jsonl";

/** Of a run at work, or of one that was killed. */
export const LOCK = ".lock";

/** Names of the entries of a folder, hidden ones included; none where there is no folder. */
export function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Whole lines of a journal: the heading and one for each image. */
export function journalLines(folder: string): number {
  const path = join(folder, JOURNAL);
  if (!existsSync(path)) return 0;
  return readFileSync(path, "utf8").split("\n").length - 1;
}

/**
 * The files of a result as texts, with what tells when and how fast taken out: by name, so that two
 * results can be compared byte for byte.
 */
export function timelessFiles(folder: string): Record<string, string> {
  const files = RESULT_FILES.map((name) => {
    const text = readFileSync(join(folder, name)).toString("latin1");
    return [name, name === "result.json" ? withoutTimes(text) : text] as const;
  });
  const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as EvalResult;
  const { started } = result.provenance;
  return Object.fromEntries(
    files.map(([name, text]) => [name, name === "report.html" ? withoutDay(text, started) : text]),
  );
}

function withoutTimes(text: string): string {
  const result = JSON.parse(text) as EvalResult;
  const provenance = {
    ...result.provenance,
    started: "",
    seconds: 0,
    imagesPerSecond: null,
    steadyImagesPerSecond: null,
  };
  return JSON.stringify({ ...result, provenance });
}

/** A report names the day it was made and, in its provenance, how long that took. */
function withoutDay(html: string, started: string): string {
  const style = { dateStyle: "long", timeZone: "UTC" } as const;
  return html
    .replaceAll(new Date(started).toLocaleDateString("en-GB", style), "DAY")
    .replaceAll(/<dt>(started|seconds|imagesPerSecond|steadyImagesPerSecond)<\/dt><dd>[^<]*/g, "");
}
