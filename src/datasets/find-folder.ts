import type { FolderContent, PictureTree } from "../sources/picture-tree.js";

/**
 * The first of some places whose folder fits; those of the one folder that an archive may hold come
 * last, as after unpacking it would be that folder that is named.
 * @param places paths within the tree, "." the tree itself
 */
export async function findFolder(
  tree: PictureTree,
  places: readonly string[],
  fits: (content: FolderContent) => boolean,
): Promise<FolderContent | null> {
  const sole = await tree.soleFolder();
  for (const start of sole === null ? [tree] : [tree, sole]) {
    for (const place of places) {
      const folder = start.within(place);
      if (!(await folder.exists())) continue;
      const content = await folder.content();
      if (fits(content)) return content;
    }
  }
  return null;
}
