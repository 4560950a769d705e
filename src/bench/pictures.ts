import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import sharp from "sharp";
import { compareCodePoints } from "../datasets/order.js";
import { SpuriousError } from "../errors.js";
import type { BenchSettings } from "./benchmark.js";
import { cachedFolder, exists } from "./files.js";
import { paintScene } from "./scene.js";

/**
 * Sizes, numbers and weight of the pictures of ImageNet and of the benchmark; a few more of the latter, so
 * that batches of 32 come out even, as they all but do in the whole benchmark.
 */
const CLASSES = [94, 207, 555];
const VAL = { count: 50, width: 500, height: 375 };
const SPURIOUS = { count: 78, width: 400, height: 400 };
const TARGET_BYTES_PER_PIXEL = 75_000 / (500 * 375);
const QUALITIES = { least: 40, greatest: 98 };

/** Folder name: raise the number when what is made changes. */
const SET = "pictures-2";
const ENDINGS = /\.(jpe?g|png|webp|bmp|gif|tiff?)$/i;

/**
 * A small data set in the published layout, made once: `images/` with one folder a feature and
 * `val/` with one folder a class. Or the folder that was named.
 */
export async function benchPictures(settings: BenchSettings): Promise<string> {
  if (settings.images !== undefined) return settings.images;
  const folder = join(settings.cache, SET);
  if (await exists(folder)) return folder;
  settings.note("painting the pictures (once)");
  return cachedFolder(folder, async (to) => {
    for (const [at, index] of CLASSES.entries()) {
      const number = String(index).padStart(3, "0");
      const seed = at * 1000;
      await paintFolder(join(to, "val", number), VAL, seed, settings.signal);
      const feature = join(to, "images", `class_spurious_${number}_painted_comp_1`);
      await paintFolder(feature, SPURIOUS, seed + 500, settings.signal);
    }
  });
}

async function paintFolder(
  folder: string,
  { count, width, height }: typeof VAL,
  seed: number,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    if (signal.aborted) throw new SpuriousError("CANCELLED", "the benchmark was stopped");
    const name = `${String(i).padStart(4, "0")}.jpg`;
    await writeFile(join(folder, name), await jpegOfWeight(seed + i, width, height));
  }
}

/** A painted JPEG with about as many bytes a pixel as photographs of ImageNet have. */
export async function jpegOfWeight(seed: number, width: number, height: number): Promise<Buffer> {
  const pixels = paintScene(seed, width, height);
  const encode = (quality: number): Promise<Buffer> =>
    sharp(pixels, { raw: { width, height, channels: 3 } })
      .jpeg({ quality, optimiseCoding: false })
      .toBuffer();
  const target = TARGET_BYTES_PER_PIXEL * width * height;
  let { least, greatest } = QUALITIES;
  while (greatest - least > 1) {
    const middle = (least + greatest) >> 1;
    if ((await encode(middle)).length > target) greatest = middle;
    else least = middle;
  }
  return encode(least);
}

/** Pictures below a folder, in the order that the peers read them in. @throws DATA_NOT_FOUND */
export async function listPictures(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = names.filter((name) => ENDINGS.test(name));
  if (files.length === 0) {
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `listing pictures: ${folder}: expected a folder with pictures, got none`,
      { input: folder },
    );
  }
  return files
    .map((name) => name.split(sep).join("/"))
    .sort(compareCodePoints)
    .map((name) => join(folder, name));
}
