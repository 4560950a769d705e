import { FileSource } from "../artefacts/byte-source.js";
import { printable } from "../artefacts/invalid.js";
import { PickleError } from "../artefacts/pickle-values.js";
import { readZipDirectory, type ZipEntry } from "../artefacts/zip.js";
import { readZipEntry, verifyZipEntry } from "../artefacts/zip-content.js";
import { SpuriousError } from "../errors.js";
import { checkArchiveTensors } from "./archive-tensors.js";

/** Names and shapes of a model's tensors take some megabytes at most. */
const LARGEST_PICKLE = 2 ** 28;

/**
 * Looks at a model archive before libtorch does, which compares no checksum and no size: a damaged
 * weight would go unnoticed into every score, a tensor beyond its bytes ends the process. Files that
 * are no archive or no model are left to the loader, which says what they are.
 * @throws MODEL_DAMAGED
 */
export async function checkModelArchive(path: string): Promise<void> {
  await using source = await openArchive(path);
  if (source === null) return;
  try {
    const entries = readZipDirectory(source);
    if (!isModel(entries)) return;
    for (const entry of entries.values()) await verifyZipEntry(source, entry);
    await checkTensors(source, entries);
  } catch (cause) {
    throw asDamaged(path, cause);
  }
}

/** Null for whatever does not begin as a zip archive does. */
async function openArchive(path: string): Promise<FileSource | null> {
  const source = await FileSource.open(path).catch(() => null);
  if (source?.bytes(0, 2).toString("latin1") === "PK") return source;
  await source?.[Symbol.asyncDispose]();
  return null;
}

/** A TorchScript program or a package compiled ahead of time. */
function isModel(entries: ReadonlyMap<string, ZipEntry>): boolean {
  const names = [...entries.keys()];
  return names.some((name) => /(^|\/)constants\.pkl$|data\/aotinductor\//.test(name));
}

async function checkTensors(
  source: FileSource,
  entries: ReadonlyMap<string, ZipEntry>,
): Promise<void> {
  const records = recordsOf(source.name, entries);
  for (const part of ["data", "constants"]) {
    const entry = records.get(`${part}.pkl`);
    if (entry === undefined) continue;
    const bytes = await readZipEntry(source, entry, LARGEST_PICKLE);
    checkArchiveTensors(bytes, (key) => records.get(`${part}/${key}`.toLowerCase())?.size);
  }
}

/**
 * Entries without the folder that all of them are in. libtorch finds them whatever their case, so
 * two that differ in nothing else could stand for each other.
 */
function recordsOf(
  path: string,
  entries: ReadonlyMap<string, ZipEntry>,
): ReadonlyMap<string, ZipEntry> {
  const [first = ""] = entries.keys();
  const root = first.slice(0, first.indexOf("/") + 1);
  const records = new Map<string, ZipEntry>();
  for (const [name, entry] of entries) {
    const record = (name.startsWith(root) ? name.slice(root.length) : name).toLowerCase();
    // Python's classes may differ in their case alone.
    if (record.startsWith("code/")) continue;
    if (records.has(record)) throw damaged(path, `one record named ${record}`, "two");
    records.set(record, entry);
  }
  return records;
}

function asDamaged(path: string, cause: unknown): unknown {
  if (cause instanceof PickleError) return damaged(path, cause.expected, cause.got, cause);
  if (!(cause instanceof SpuriousError) || cause.code !== "ARTEFACT_INVALID") return cause;
  const message = cause.message.replace(/^reading a zip archive/, "loading the model");
  return new SpuriousError("MODEL_DAMAGED", message, { input: path, cause });
}

function damaged(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "MODEL_DAMAGED",
    `loading the model: ${path}: expected ${printable(expected)}, got ${printable(got)}`,
    { input: path, cause },
  );
}
