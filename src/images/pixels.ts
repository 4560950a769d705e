import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join, parse } from "node:path";
import sharp from "sharp";
import { SpuriousError } from "../errors.js";
import { writeFailed, writeFileAtomic } from "../results/atomic.js";
import {
  type ImageAddon,
  type PreparedImage,
  preprocessImage,
  type PreprocessOptions,
} from "./preprocess.js";

/** What a model is given for one picture. */
export interface PixelsRow {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** SHA-256 of the RGB bytes, row by row. */
  readonly sha256: string;
}

export interface PixelsOptions extends PreprocessOptions {
  /** Folder for the pictures as PNG; it is created, nothing in it is overwritten. */
  readonly to?: string | undefined;
}

/**
 * Prepares pictures as `eval` does and hashes the result. Rows come in the order of the paths.
 * @throws the error of the first picture that cannot be read; OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
 */
export async function pixels(
  paths: readonly string[],
  options: PixelsOptions,
  addon: ImageAddon,
): Promise<PixelsRow[]> {
  const files = options.to === undefined ? null : await outputFiles(paths, options.to);
  const rows = new Array<PixelsRow>(paths.length);
  const errors = new Map<number, unknown>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let i = next++; i < paths.length && errors.size === 0; i = next++) {
      const path = paths[i] as string;
      try {
        const image = await preprocessImage(path, options, addon);
        rows[i] = describe(path, image);
        const file = files?.[i];
        if (file !== undefined) await writePng(file, image);
      } catch (error) {
        errors.set(i, error);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  if (errors.size > 0) throw errors.get(Math.min(...errors.keys()));
  return rows;
}

function describe(path: string, { pixels: bytes, width, height }: PreparedImage): PixelsRow {
  return { path, width, height, sha256: createHash("sha256").update(bytes).digest("hex") };
}

async function writePng(file: string, { pixels: bytes, width, height }: PreparedImage) {
  const png = await sharp(bytes, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  await writeFileAtomic(file, png);
}

/** One name for each picture, also where pictures of different folders have the same. */
async function outputFiles(paths: readonly string[], folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeFailed(folder, error);
  }
  const taken = new Set<string>();
  return paths.map((path) => {
    const { name } = parse(path);
    let file = join(folder, `${name}.png`);
    for (let i = 2; taken.has(file.toLowerCase()); i++) file = join(folder, `${name}-${i}.png`);
    taken.add(file.toLowerCase());
    if (existsSync(file)) {
      throw new SpuriousError(
        "OUTPUT_EXISTS",
        `writing pixels: ${file}: expected no file of that name, got one`,
        { input: file, hint: "choose another --to or remove the file" },
      );
    }
    return file;
  });
}
