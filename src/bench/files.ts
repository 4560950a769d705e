import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "../results/atomic.js";
import { Child, type Program } from "./child.js";
import { PeerMissing } from "./contestant.js";

/** A program of bench/peers. */
export function peerFile(name: string): string {
  return fileURLToPath(new URL(`../../bench/peers/${name}`, import.meta.url));
}

/** A program of this folder's workers. */
export function workerFile(name: string): string {
  return fileURLToPath(new URL(`./workers/${name}.js`, import.meta.url));
}

export const PROGRAM_FILE = fileURLToPath(new URL("../../bin/spurious-native.js", import.meta.url));

/** What was made for a benchmark is kept in the package, beside the addon. */
export const DEFAULT_CACHE = fileURLToPath(new URL("../../build/bench", import.meta.url));

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/**
 * A folder that is made once: `make` fills a temporary one, which gets its name when it is complete.
 * @throws OUTPUT_WRITE_FAILED and what `make` throws
 */
export async function cachedFolder(
  folder: string,
  make: (temporary: string) => Promise<void>,
): Promise<string> {
  if (await exists(folder)) return folder;
  const temporary = `${folder}.${String(process.pid)}.tmp`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    await make(temporary);
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    // Another process may have made it meanwhile.
    if (await exists(folder)) return folder;
    const code = (cause as NodeJS.ErrnoException).code;
    const known = cause instanceof SpuriousError || cause instanceof PeerMissing;
    if (known || code === undefined) throw cause;
    throw writeFailed(folder, cause);
  }
  return folder;
}

/**
 * Runs a program that makes something and says `ready` when it has.
 * @throws PeerMissing, BENCH_FAILED, CANCELLED
 */
export async function make(program: Program, signal: AbortSignal): Promise<void> {
  const child = new Child(program, signal);
  await child.message();
  await child.stop();
}
