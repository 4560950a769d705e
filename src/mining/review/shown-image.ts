import type { ServedFile } from "../../annotation/assets.js";
import { openPreview } from "../../images/preview.js";

/** Edges in pixels. */
const LARGE = 1280;
const SMALL = 192;

const QUALITY = 88;

/**
 * A picture as the page shows it: encoded anew, so that any format of a pool can be seen and nothing
 * that is no picture leaves the server; whole, as a model is given it. null where it is none.
 */
export async function shownImage(
  bytes: Uint8Array,
  name: string,
  size: "large" | "small",
): Promise<ServedFile | null> {
  const edge = size === "large" ? LARGE : SMALL;
  try {
    const picture = await openPreview(bytes, name);
    const content = await picture
      .resize(edge, edge, { fit: "inside", withoutEnlargement: true })
      .removeAlpha()
      .jpeg({ quality: QUALITY })
      .toBuffer();
    return { type: "image/jpeg", content };
  } catch {
    // What is wrong with it was told when it was mined.
    return null;
  }
}
