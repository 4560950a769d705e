import { randomBytes } from "node:crypto";
import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeFailed } from "../results/atomic.js";

/**
 * Copies files from folder to folder, each under a temporary name first, so that none is ever there in
 * half.
 * @param names paths within both folders, with `/` @throws OUTPUT_WRITE_FAILED
 */
export async function copyFiles(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
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
      await rm(temporary, { force: true });
      throw writeFailed(place, cause);
    }
  }
}
