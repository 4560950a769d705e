import sharp from "sharp";
import { SpuriousError } from "../errors.js";
import { openPreview } from "../images/preview.js";
import type { EvalResult } from "../results/eval-result.js";
import type { ImageSource } from "../sources/image-source.js";
import type { ImageRow } from "../scoring/image-row.js";
import type { ImageKey, ReportImages } from "./eval-report.js";
import { detailedClasses, imagesByClass, PICTURES_PER_CLASS } from "./strips.js";

/** All thumbnails of a page together, in bytes; base64 makes a third more of them. */
const TOTAL_BYTES = 8_000_000;

/** What one thumbnail may take where there are few. */
const MOST_BYTES = 12_000;

/** WebP qualities by edge in pixels, best first; pages show 96 pixels, dense screens twice that. */
const STEPS: readonly { readonly edge: number; readonly quality: number }[] = [
  { edge: 192, quality: 70 },
  { edge: 144, quality: 66 },
  { edge: 96, quality: 62 },
  { edge: 96, quality: 40 },
  { edge: 72, quality: 30 },
  { edge: 48, quality: 20 },
];

/** A picture of this edge takes about so many bytes a pixel; decides which step is tried first. */
const USUAL_BYTES_PER_PIXEL = 0.17;

/** One per thread of libuv's pool. */
const AT_ONCE = 4;

/**
 * The images a report shows: of each class it shows, the spurious images with the highest p and
 * the val images with the lowest.
 * @param perClass of each of the two kinds
 */
export function chooseReportImages(
  result: EvalResult,
  rows: readonly ImageRow[],
  perClass = PICTURES_PER_CLASS,
): ImageRow[] {
  const imagesOf = imagesByClass(rows);
  return detailedClasses(result).flatMap(({ index }) => {
    const { val, spurious } = imagesOf(index);
    return [...spurious.slice(0, perClass), ...val.slice(0, perClass)];
  });
}

/**
 * Thumbnails as data: URIs, bounded in all however many there are. Validation images are cropped to
 * a square as a model is given them, spurious images are whole. An image that cannot be read has
 * none.
 * @throws CANCELLED between images once `signal` fires
 */
export async function makeThumbnails(
  chosen: readonly ImageKey[],
  sourceOf: (row: ImageKey) => ImageSource | undefined,
  signal?: AbortSignal,
): Promise<ReportImages> {
  const allowance = Math.min(MOST_BYTES, Math.floor(TOTAL_BYTES / Math.max(1, chosen.length)));
  const thumbnails = new Map<string, string>();
  const left = chosen.values();
  const work = async (): Promise<void> => {
    for (const row of left) {
      if (signal?.aborted === true) {
        throw new SpuriousError("CANCELLED", "the work was stopped between two thumbnails");
      }
      const source = sourceOf(row);
      if (source === undefined) continue;
      const bytes = await thumbnail(source, row.split === "val" ? "cover" : "inside", allowance);
      if (bytes) thumbnails.set(keyOf(row), `data:image/webp;base64,${bytes.toString("base64")}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { thumbnailOf: (row) => thumbnails.get(keyOf(row)) ?? null };
}

function keyOf({ split, path }: ImageKey): string {
  return `${split}:${path}`;
}

/** The best step that is small enough, else the smallest. */
async function thumbnail(
  source: ImageSource,
  fit: "cover" | "inside",
  allowance: number,
): Promise<Buffer | null> {
  const usual = STEPS.findIndex(({ edge }) => edge * edge * USUAL_BYTES_PER_PIXEL <= allowance);
  const steps = STEPS.slice(usual === -1 ? STEPS.length - 1 : usual);
  const largest = steps[0]?.edge ?? 0;
  try {
    const picture = await openPreview(await source.read(), source.name);
    const { data, info } = await picture
      .resize(largest, largest, { fit, withoutEnlargement: true })
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    let encoded: Buffer | null = null;
    for (const { edge, quality } of steps) {
      encoded = await sharp(data, { raw: { width, height, channels } })
        .resize(edge, edge, { fit: "inside", withoutEnlargement: true })
        .webp({ quality })
        .toBuffer();
      if (encoded.length <= allowance) break;
    }
    return encoded;
  } catch {
    // Whatever is wrong with it, a report can do without the picture.
    return null;
  }
}
