import { stat } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../results/atomic.js";
import { refuseExisting } from "../results/result-folder.js";
import { readAnyResult } from "./any-result.js";
import { PAGE_NAMES, resultPage } from "./result-page.js";

export interface WriteReportRequest {
  /** Folder of any command that has a page, or its document. */
  readonly result: string;
  /** The page to write; default: its place in the result's folder. */
  readonly to?: string | undefined;
  /** Write again what is there. */
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WrittenReport {
  readonly file: string;
  /** false: the result's own page was there already and is as it was. */
  readonly written: boolean;
  /** Pictures that the page would show and that are not in the data folders any more. */
  readonly gone: number;
}

/**
 * The HTML page of a result: its own if it has one, else written there; with `to` always written
 * anew. A page of its own is replaced with `force` alone, as its pictures may be gone by now.
 * @throws RESULT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function writeReport(request: WriteReportRequest): Promise<WrittenReport> {
  const { to, force = false, signal } = request;
  const result = await readAnyResult(request.result);
  const file = to ?? join(result.folder, PAGE_NAMES[result.kind]);
  const present = (await stat(file).catch(() => null))?.isFile() === true;
  if (to === undefined && present && !force) return { file, written: false, gone: 0 };
  await refuseExisting(file, force);
  const { html, gone } = await resultPage(result, signal);
  await writeFileAtomic(file, html);
  return { file, written: true, gone };
}
