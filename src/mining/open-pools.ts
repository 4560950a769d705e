import { SpuriousError } from "../errors.js";
import { findSource, type Source } from "../sources/find-source.js";
import { mapAtOnce } from "../sources/at-once.js";
import { FolderTree } from "../sources/folder-tree.js";
import { isUrl } from "../sources/location.js";
import { folderPool } from "./folder-pool.js";
import { listPool } from "./list-pool.js";
import type { ImagePool } from "./pool.js";
import { tarPool } from "./tar-pool.js";

/** Pools looked for together. */
const AT_ONCE = 8;

/**
 * The pools that texts name: folders, tar files (told by their content or the ending .tar), text
 * files with one path on each line. Several tar files named together (a pattern, a folder that holds
 * nothing else, a list of them) are a pool each.
 * @throws DATA_NOT_FOUND, DATA_LAYOUT (a compressed tar file, or something else), USAGE_INVALID,
 *   SOURCE_UNREACHABLE
 */
export async function openPools(texts: readonly string[]): Promise<ImagePool[]> {
  if (texts.length === 0) {
    throw new SpuriousError(
      "USAGE_INVALID",
      "reading the command line: --pool: expected a folder, a tar file or a list of files, got none",
    );
  }
  const sources = await mapAtOnce(texts, AT_ONCE, findSource);
  const openers = (await Promise.all(sources.map(poolsOf))).flat();
  const paths = openers.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) !== i);
  if (twice !== undefined) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `opening an image pool: ${twice}: expected every pool once, got it twice`,
      { input: twice },
    );
  }
  return openers.map(({ open }, pool) => open(pool));
}

interface Opener {
  readonly path: string;
  /** @param pool its place among all */
  readonly open: (pool: number) => ImagePool;
}

async function poolsOf(source: Source): Promise<Opener[]> {
  if (source.kind === "folder") {
    const { path } = source;
    if (!(await new FolderTree(path).exists()))
      throw unfit("DATA_NOT_FOUND", path, "nothing there");
    return [{ path, open: (pool) => folderPool(path, pool) }];
  }
  if (source.inside !== "") {
    throw unfit("DATA_LAYOUT", source.location, `the folder ${source.inside} inside it`);
  }
  if (source.kind === "tar") {
    return source.files.map((file) => ({ path: file.name, open: (pool) => tarPool(file, pool) }));
  }
  const { location } = source;
  // Its lines are read as they are wanted, which takes a file at hand.
  if (isUrl(location)) throw unfit("DATA_LAYOUT", location, "a list of images at a URL");
  return [{ path: location, open: (pool) => listPool(location, pool) }];
}

function unfit(
  code: "DATA_NOT_FOUND" | "DATA_LAYOUT",
  location: string,
  got: string,
): SpuriousError {
  return new SpuriousError(
    code,
    `opening an image pool: ${location}: expected a folder, a tar file or a text file of paths, got ${got}`,
    { input: location },
  );
}
