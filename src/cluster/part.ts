import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { sha256File } from "../models/sha256.js";
import { requireSameSettings, type Settings } from "../pca/same-settings.js";
import { isTemporary, writeFileAtomic } from "../results/atomic.js";
import { isInnerPath } from "../results/inner-path.js";
import { type DocumentKind, readShaped } from "../results/read-document.js";
import { JOURNAL_NAME } from "../results/result-folder.js";
import { LOCK_NAME } from "../results/run-lock.js";
import { ATTEMPT_FILE } from "./attempt-work.js";
import { type Shard, SHARD_SHAPE } from "./shard.js";

export const PART_SCHEMA = "spurious-native/part/1";
export const PART_FILE = "part.json";

/** Folders named in a message. */
const NAMED = 10;

/** Commands whose work can be cut into parts. */
const PART_COMMANDS = ["eval", "pca fit", "evidence", "spufix fit", "mine"] as const;
export type PartCommand = (typeof PART_COMMANDS)[number];

/** Fields of a PartDocument. */
const PART_SHAPE = t.isPartial({
  command: t.isEnum(PART_COMMANDS),
  shard: SHARD_SHAPE,
  settings: t.isRecord(t.isUnknown()),
  work: t.isPartial({ done: t.isNumber(), unit: t.isString(), seconds: t.isNumber() }),
  files: t.isRecord(t.isPartial({ bytes: t.isNumber(), sha256: t.isString() })),
});

const PART_KIND: DocumentKind<PartDocument> = {
  schema: PART_SCHEMA,
  shape: PART_SHAPE,
  expected: "command, shard, settings, work and files",
};

/** What there is to do. */
export interface PlannedWork {
  readonly count: number;
  readonly unit: PartWork["unit"];
  /** Parts that it can be cut into at most. */
  readonly pieces: number;
}

/** Of classes, none of which is cut into parts. */
export function workOfClasses(
  classes: readonly { readonly pictures: readonly unknown[] }[],
): PlannedWork {
  const count = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  return { count, unit: "images", pieces: classes.length };
}

/** What a part has done, and how fast: what is left of the whole is judged by it. */
export interface PartWork {
  readonly done: number;
  /** "images" or "classes". */
  readonly unit: string;
  /** Of the attempt that ended it. */
  readonly seconds: number;
}

/** The document of part.json: written last, so that a folder that has it is a whole part. */
export interface PartDocument {
  readonly schema: typeof PART_SCHEMA;
  readonly command: PartCommand;
  readonly shard: Shard;
  /** What decides the content: parts with equal ones make a whole. */
  readonly settings: Settings;
  readonly work: PartWork;
  /** All other files of the folder, by path with `/`. */
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** A part that was read. */
export interface Part {
  readonly folder: string;
  readonly document: PartDocument;
}

export type PartDescription = Pick<PartDocument, "command" | "shard" | "settings" | "work">;

/**
 * Describes a folder whose other files are complete.
 * @param needed files that its own documents name, with `/`
 * @throws OUTPUT_WRITE_FAILED also where one of them is not there
 */
export async function sealPart(
  folder: string,
  about: PartDescription,
  needed: readonly string[] = [],
): Promise<PartDocument> {
  const files: Record<string, { bytes: number; sha256: string }> = {};
  for (const name of await filesOf(folder)) {
    const path = join(folder, name);
    files[name] = { bytes: (await stat(path)).size, sha256: await sha256File(path) };
  }
  const lacking = needed.find((name) => files[name] === undefined);
  if (lacking !== undefined) throw lacks(join(folder, lacking));
  const document: PartDocument = { schema: PART_SCHEMA, ...about, files };
  await writeFileAtomic(join(folder, PART_FILE), `${JSON.stringify(document, null, 2)}\n`);
  return document;
}

/** The document of a folder; null where it is no whole part. @throws RESULT_INVALID damaged, foreign */
export async function readPartIfPresent(folder: string): Promise<Part | null> {
  const path = join(folder, PART_FILE);
  const document = await readShaped<PartDocument>(path, PART_KIND, invalid);
  if (document === null) return null;
  const outer = Object.keys(document.files).find((name) => !isInnerPath(name));
  if (outer !== undefined) throw invalid(path, "files of its folder", `"${outer}"`);
  return { folder, document };
}

/**
 * @param wanted also of another part of the same whole
 * @throws RESUME_MISMATCH the part is one of another command, or made with other settings (named)
 */
export function requireSamePart(
  { folder, document }: Part,
  wanted: Omit<PartDescription, "work">,
): void {
  const { command, shard, settings } = document;
  requireSameSettings(
    "going on with a part",
    folder,
    { command: wanted.command, shard: wanted.shard, ...wanted.settings },
    { command, shard, ...settings },
  );
}

/**
 * Whether every file is as it was when the part was made.
 * @throws SHARDS_INCOMPLETE the first that is not; CANCELLED
 */
export async function verifyPart({ folder, document }: Part, signal?: AbortSignal): Promise<void> {
  for (const [name, { bytes, sha256 }] of Object.entries(document.files)) {
    refuseMergeStopped(signal);
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    const expected = `${String(bytes)} bytes with SHA-256 ${sha256}`;
    if (found?.isFile() !== true) throw incomplete(path, expected, "no such file");
    if (found.size !== bytes) throw incomplete(path, expected, `${String(found.size)} bytes`);
    const hash = await sha256File(path);
    if (hash !== sha256) throw incomplete(path, expected, `others with ${hash}`);
  }
}

/** The folders of parts, for a message. */
export function foldersOf(parts: readonly Part[]): string {
  const shown = parts.slice(0, NAMED).map(({ folder }) => folder);
  return shown.join(", ") + (parts.length > NAMED ? " ..." : "");
}

/** @throws SHARDS_INCOMPLETE */
export function incomplete(input: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "SHARDS_INCOMPLETE",
    `merging parts: ${input}: expected ${expected}, got ${got}`,
    { input },
  );
}

/** @throws CANCELLED the merge was stopped between two files */
export function refuseMergeStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new SpuriousError("CANCELLED", "the merge was stopped between two files", {
    hint: "run the same command again: the parts are as they were",
  });
}

function lacks(path: string): SpuriousError {
  return new SpuriousError(
    "OUTPUT_WRITE_FAILED",
    `ending a part: ${path}: expected a file that the part's documents name, got no such file`,
    { input: path },
  );
}

/** Without what is of the run that makes the part. */
async function filesOf(folder: string): Promise<string[]> {
  const own = new Set<string>([PART_FILE, ATTEMPT_FILE, LOCK_NAME, JOURNAL_NAME]);
  const names = await readdir(folder, { recursive: true, encoding: "utf8" });
  const kept = names.filter((name) => !own.has(basename(name)) && !isTemporary(basename(name)));
  const isFile = await Promise.all(
    kept.map(async (name) => (await stat(join(folder, name))).isFile()),
  );
  return kept.filter((_, i) => isFile[i]).sort();
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "RESULT_INVALID",
    `reading a part: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause, hint: `make the part ${basename(path)} belongs to again` },
  );
}
