import { readFile } from "node:fs/promises";
import { writeFailed } from "./atomic.js";

/**
 * The text of a file that work in progress is written to, or null where there is none yet.
 * @throws OUTPUT_WRITE_FAILED it is there and cannot be read
 */
export async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw writeFailed(path, cause);
  }
}
