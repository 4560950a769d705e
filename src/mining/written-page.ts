import { makeThumbnails } from "../report/thumbnails.js";
import { minePage, shownPerComponent } from "./mine-page.js";
import { MinedImages } from "./mined-images.js";
import type { MinedTop, MineResult } from "./mine-result.js";

/**
 * The page of a result that is written already, with the images that its copies or pools still hold.
 * @throws CANCELLED
 */
export async function writtenMinePage(
  folder: string,
  result: MineResult,
  signal?: AbortSignal,
): Promise<{ readonly html: string; readonly gone: number }> {
  // An image without a copy is named by its place: the page knows pictures by their files.
  const components = result.components.map((component) => ({
    ...component,
    top: component.top.map((image) => ({
      ...image,
      file: image.file ?? `${String(component.eigenIndex)}/${String(image.rank)}`,
    })),
  }));
  const most = shownPerComponent(components.length);
  const shown = new Map<string, MinedTop>();
  for (const [i, { top }] of components.entries()) {
    for (const [row, { file }] of top.slice(0, most).entries()) {
      const image = result.components[i]?.top[row];
      if (image !== undefined) shown.set(file, image);
    }
  }
  const mined = new MinedImages(folder, result);
  const keys = [...shown.keys()].map((path) => ({ split: "spurious" as const, path }));
  const images = await makeThumbnails(
    keys,
    ({ path }) => {
      const image = shown.get(path);
      return image && { name: image.id, read: () => mined.require(image) };
    },
    signal,
  );
  const gone = keys.filter((key) => images.thumbnailOf(key) === null).length;
  return { html: minePage({ ...result, components }, images), gone };
}
