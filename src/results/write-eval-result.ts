import { classInfos, type ClassMap } from "../imagenet/class-info.js";
import { evalReport, type ReportImages } from "../report/eval-report.js";
import type { ImageRow } from "../scoring/image-row.js";
import { classesCsv } from "./classes-table.js";
import type { EvalResult } from "./eval-result.js";
import { imagesCsv, imagesParquet } from "./images-table.js";
import type { IsBegun, ResultFolder } from "./result-folder.js";
import { scoreText } from "./score-text.js";

const LAST = "result.json";
const OTHERS = ["images.csv", "images.parquet", "classes.csv", "spurious_score.txt", "report.html"];

/** Whether the names in a folder are those of a result whose last file is not there yet. */
export const isBegunResult: IsBegun = (names) => names.every((name) => OTHERS.includes(name));

/**
 * Writes every file of an `eval` or `score` result; result.json gets its name last, so a folder that
 * has it is complete.
 * @param images thumbnails for the report, where there are pictures
 * @throws OUTPUT_WRITE_FAILED
 */
export async function writeEvalResult(
  folder: ResultFolder,
  result: EvalResult,
  rows: readonly ImageRow[],
  classMap: ClassMap,
  images?: ReportImages,
): Promise<void> {
  await folder.complete([
    { name: "images.csv", content: imagesCsv(rows) },
    { name: "images.parquet", content: imagesParquet(rows) },
    { name: "classes.csv", content: classesCsv(result.classes) },
    { name: "spurious_score.txt", content: scoreText(result, classInfos(classMap)) },
    { name: "report.html", content: evalReport(result, rows, images) },
    { name: LAST, content: `${JSON.stringify(result, null, 2)}\n` },
  ]);
}
