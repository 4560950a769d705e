import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { writeFailed } from "./atomic.js";

/**
 * Lets somebody else write a file, such as the addon, and gives it its place when all is done; the
 * folder is made if need be. After a failure nothing is left.
 *
 * The file has its name from the start, in a folder of its own beside its place: libtorch writes the
 * name into the archive, which would differ from run to run otherwise.
 *
 * @param write gets the temporary path; its result is returned
 * @throws OUTPUT_WRITE_FAILED, or what `write` throws with a code
 */
export async function writeThrough<T>(
  path: string,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  const folder = await makeFolder(path);
  try {
    const temporary = join(folder, basename(path));
    const result = await write(temporary);
    await rename(temporary, path);
    return result;
  } catch (cause) {
    throw cause instanceof SpuriousError ? cause : writeFailed(path, cause);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(dirname(path), { recursive: true });
    return await mkdtemp(join(dirname(path), `.${basename(path)}.`));
  } catch (cause) {
    throw writeFailed(path, cause);
  }
}
