import { rm } from "node:fs/promises";
import * as t from "typanion";
import { fileSource } from "../images/read-image.js";
import { makeThumbnails } from "../report/thumbnails.js";
import type { FileContent } from "../results/atomic.js";
import { csvLine } from "../results/csv.js";
import type { ResultFolder } from "../results/result-folder.js";
import { type Candidate, MINED_SHAPE } from "./candidates.js";
import { COPIES, copyImages } from "./copy-images.js";
import { minePage, shownPerComponent } from "./mine-page.js";
import { MINE_FILE, type MineResult } from "./mine-result.js";
import type { ImagePool } from "./pool.js";

export const CANDIDATES_FILE = "candidates.json";
export const CANDIDATES_SCHEMA = "spurious-native/mine-candidates/1";
const REPORT = "report.html";
const CSV = "mine.csv";

/** Whether a name in a folder is that of a file or folder of a whole list. */
export function isMineFile(name: string): boolean {
  return [COPIES, REPORT, CSV, MINE_FILE].includes(name);
}

/** The document of candidates.json: what a part hands on to be merged. */
export interface CandidatesDocument {
  readonly schema: typeof CANDIDATES_SCHEMA;
  /** What the part was told of copies: those of the merged list. */
  readonly copies: boolean;
  /** Of each component, in the order of mine.json; best first. */
  readonly components: readonly (readonly Candidate[])[];
}

export const CANDIDATES_SHAPE = t.isPartial({
  copies: t.isBoolean(),
  components: t.isArray(t.isArray(t.isPartial({ ...MINED_SHAPE, alpha: t.isNumber() }))),
});

export interface WriteMineOptions {
  /** Whether copies of the images stay in the folder. */
  readonly copies: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a whole list: copies of its images, mine.csv, report.html, and mine.json last.
 * @returns the document that was written
 */
export async function writeMine(
  folder: ResultFolder,
  result: MineResult,
  pools: readonly ImagePool[],
  { copies, signal }: WriteMineOptions,
): Promise<MineResult> {
  // Of a list that is replaced the copies are others from here on.
  await remove(folder, [MINE_FILE]);
  // The page's thumbnails are made of the copies, also where these are not wanted.
  const copied = await copyImages(folder.path, pools, result.components, signal);
  const shown = copied.flatMap(({ top }) => top.slice(0, shownPerComponent(copied.length)));
  const files = shown.flatMap(({ file }) => (file === null ? [] : [file]));
  const images = await makeThumbnails(
    files.map((path) => ({ split: "spurious", path })),
    ({ path }) => fileSource(folder.file(path)),
    signal,
  );
  const report = minePage({ ...result, components: copied }, images);
  const written = copies ? { ...result, components: copied } : result;
  if (!copies) await remove(folder, [COPIES]);
  await folder.complete([{ name: REPORT, content: report }, ...resultFiles(written)]);
  await remove(folder, [CANDIDATES_FILE]);
  return written;
}

/** The files of what a part of a pool gave. */
export function minePartFiles(
  result: MineResult,
  candidates: Omit<CandidatesDocument, "schema">,
): FileContent[] {
  const document: CandidatesDocument = { schema: CANDIDATES_SCHEMA, ...candidates };
  return [
    { name: CANDIDATES_FILE, content: `${JSON.stringify(document)}\n` },
    ...resultFiles(result),
  ];
}

/** Takes away what a part of a pool has not, and a whole list in the same folder had. */
export async function removeWhole(folder: Pick<ResultFolder, "file">): Promise<void> {
  await remove(folder, [REPORT, COPIES]);
}

function resultFiles(result: MineResult): FileContent[] {
  return [
    { name: CSV, content: mineCsv(result) },
    { name: MINE_FILE, content: `${JSON.stringify(result, null, 2)}\n` },
  ];
}

/** What is of no use any more, or of an earlier result of the other kind. */
async function remove(folder: Pick<ResultFolder, "file">, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(folder.file(name), { recursive: true, force: true });
}

function mineCsv({ components }: MineResult): string {
  const rows = components.flatMap(({ eigenIndex, top }) =>
    top.map(({ rank, id, alpha, probability, file }) =>
      csvLine([eigenIndex, rank, id, alpha, probability, file]),
    ),
  );
  return `${["component,rank,id,alpha,probability,file", ...rows].join("\n")}\n`;
}
