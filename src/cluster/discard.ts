import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFailed } from "../results/atomic.js";

/** Of a folder that is being taken away: no part or attempt is called so. */
const PREFIX = ".discarded-";

/**
 * Takes a folder away in one step, so that one that is killed meanwhile leaves none in half under its
 * name. What cannot be removed at once (somebody still reads it over NFS) stays hidden.
 * @param path nothing may be there
 * @param aside a folder of the same file system, for what is being removed
 * @throws OUTPUT_WRITE_FAILED
 */
export async function discard(path: string, aside: string): Promise<void> {
  const hidden = join(aside, `${PREFIX}${randomBytes(6).toString("hex")}`);
  try {
    await rename(path, hidden);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return;
    throw writeFailed(path, cause);
  }
  await rm(hidden, { recursive: true, force: true }).catch(() => undefined);
}
