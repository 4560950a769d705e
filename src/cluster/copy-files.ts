import { randomBytes } from "node:crypto";
import { copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFailed } from "../results/atomic.js";
import { incomplete, refuseMergeStopped } from "./part.js";

/**
 * Copies files of a part to another folder, each under a temporary name first, so that none is ever
 * there in half.
 * @param names paths within both folders, with `/`
 * @throws SHARDS_INCOMPLETE the part lacks one; OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function copyFiles(
  from: string,
  to: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const name of names) {
    refuseMergeStopped(signal);
    const place = join(to, name);
    const attempt = `${String(process.pid)}-${randomBytes(4).toString("hex")}`;
    const temporary = join(dirname(place), `.${basename(place)}.${attempt}.tmp`);
    try {
      await mkdir(dirname(place), { recursive: true });
      await copyFile(join(from, name), temporary);
      const file = await open(temporary, "r+");
      await file.sync().finally(() => file.close());
      await rename(temporary, place);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      const isThere = (await stat(join(from, name)).catch(() => null)) !== null;
      if (!isThere) throw incomplete(join(from, name), "a file of the part", "no such file");
      throw writeFailed(place, cause);
    }
  }
}
