import { SpuriousError } from "../errors.js";
import { ArchiveFiles } from "./archive-files.js";
import { mapAtOnce } from "./at-once.js";
import { placesBeside } from "./beside.js";
import { findSource } from "./find-source.js";
import { FolderTree } from "./folder-tree.js";
import { IndexWalks, type Watch } from "./index-walks.js";
import { ListFiles } from "./list-files.js";
import type { PictureTree } from "./picture-tree.js";
import type { RandomAccess } from "./random-access.js";
import { TableTree } from "./table-tree.js";
import { TarIndex } from "./tar-index.js";

/** Tar files whose headers are walked together. */
const AT_ONCE = 4;

/**
 * Opens what a user names as a folder of pictures: a folder; a tar file, also one of tar files; tar
 * files by a pattern (`shards-{000..012}.tar`), of a folder that holds nothing else, or of a list; a
 * list of pictures; each of these but folders at a URL too. What is inside may be named as
 * `a.tar/images`, or `https://host/a.tar#images`.
 * @throws DATA_NOT_FOUND, DATA_LAYOUT, ARCHIVE_DAMAGED, SOURCE_UNREACHABLE, USAGE_INVALID, CANCELLED
 */
export async function openPictureTree(text: string, watch: Watch = {}): Promise<PictureTree> {
  const source = await findSource(text);
  if (source.kind === "folder") return new FolderTree(source.path);
  const { location, kind } = source;
  const first = kind === "tar" ? source.files[0] : source.file;
  const beside = placesBeside(first?.name ?? location);
  const files =
    kind === "tar"
      ? await ArchiveFiles.of(await indicesOf(source.files, watch), source)
      : await ListFiles.of(source.file);
  const tree = new TableTree({ location, top: files.table.top, rows: files, beside });
  return tree.within(source.inside);
}

async function indicesOf(files: readonly RandomAccess[], watch: Watch): Promise<TarIndex[]> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  using walks = new IndexWalks(bytes, watch);
  return await mapAtOnce(files, AT_ONCE, (file) => TarIndex.of(file, { walks }));
}

/** openPictureTree, or null for what is not there or cannot be read any more. */
export async function openIfPresent(text: string): Promise<PictureTree | null> {
  try {
    return await openPictureTree(text);
  } catch (error) {
    if (error instanceof SpuriousError) return null;
    throw error;
  }
}
