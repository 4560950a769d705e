import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { foldersOf, incomplete, type Part, readPartIfPresent, verifyPart } from "./part.js";
import { missingParts } from "./shard.js";

/**
 * The parts of a whole, in their order.
 * @param paths folders of parts, or folders that hold such folders
 * @throws SHARDS_INCOMPLETE a folder is no part, one is missing, there twice, of another command or
 *   other settings, or one of its files is not as it was; the message says which
 * @throws RESULT_INVALID, CANCELLED
 */
export async function readAllParts(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<readonly [Part, ...Part[]]> {
  const parts = (await Promise.all(paths.map(partsAt))).flat();
  requireWhole(parts);
  for (const part of parts) await verifyPart(part, signal);
  const inOrder = [...parts].sort((a, b) => a.document.shard.index - b.document.shard.index);
  return inOrder as [Part, ...Part[]];
}

async function partsAt(path: string): Promise<Part[]> {
  const part = await readPartIfPresent(path);
  if (part !== null) return [part];
  const names = await readdir(path).catch(() => []);
  const within = await Promise.all(
    // Hidden ones are of attempts that have not ended.
    names.filter((one) => !one.startsWith(".")).map((one) => readPartIfPresent(join(path, one))),
  );
  const parts = within.filter((one) => one !== null);
  if (parts.length > 0) return parts;
  throw incomplete(path, "a whole part (--shard i/n), or a folder of them", "none");
}

function requireWhole(parts: readonly Part[]): void {
  const [first] = parts;
  if (first === undefined) throw incomplete("--", "the folders of all parts", "none");
  const { of } = first.document.shard;
  const byIndex = new Map<number, string>();
  for (const { folder, document } of parts) {
    requireSame(folder, first, document);
    const { index } = document.shard;
    const other = byIndex.get(index);
    if (other !== undefined) {
      throw incomplete(folder, "every part once", `part ${String(index)} again, as ${other}`);
    }
    byIndex.set(index, folder);
  }
  const missing = missingParts(of, byIndex);
  if (missing === null) return;
  throw incomplete(foldersOf(parts), `parts 1 to ${String(of)}`, `all but ${missing}`);
}

function requireSame(folder: string, first: Part, got: Part["document"]): void {
  const wanted = first.document;
  if (got.command !== wanted.command) {
    throw incomplete(folder, `a part of ${wanted.command}`, `one of ${got.command}`);
  }
  if (got.shard.of !== wanted.shard.of) {
    throw incomplete(
      folder,
      `a part of ${String(wanted.shard.of)}`,
      `one of ${String(got.shard.of)}`,
    );
  }
  for (const name of new Set([...Object.keys(wanted.settings), ...Object.keys(got.settings)])) {
    const [expected, found] = [wanted, got].map(({ settings }) => JSON.stringify(settings[name]));
    if (expected !== found) {
      throw incomplete(folder, `${name} ${expected ?? "none"}`, found ?? "none");
    }
  }
}
