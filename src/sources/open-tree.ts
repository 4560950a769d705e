import { resolve } from "node:path";
import { SpuriousError } from "../errors.js";
import { FolderTree } from "./folder-tree.js";
import type { PictureTree } from "./picture-tree.js";

/**
 * Opens what a user names as a folder of pictures.
 * @throws DATA_NOT_FOUND, DATA_LAYOUT
 */
export function openPictureTree(text: string): Promise<PictureTree> {
  return Promise.resolve(new FolderTree(resolve(text)));
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
