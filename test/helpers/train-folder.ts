import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import sharp from "sharp";

import { Random } from "./random.js";

/**
 * A training folder of tiny pictures, one folder per class, named by its index: fields of colour and
 * a square, different in every picture.
 * @param size sides in pixels
 */
export async function paintTrainFolder(
  root: string,
  classes: readonly number[],
  { images, size }: { images: number; size: number },
): Promise<void> {
  for (const index of classes) {
    const folder = join(root, String(index));
    mkdirSync(folder, { recursive: true });
    for (let i = 0; i < images; i++) {
      const name = `${String(index).padStart(3, "0")}_${String(i).padStart(3, "0")}.png`;
      writeFileSync(join(folder, name), await paintPicture(new Random(index * 1000 + i), size));
    }
  }
}

/** A field of colour with a square and noise, as PNG. */
export function paintPicture(random: Random, size: number): Promise<Buffer> {
  const ground = [...random.bytes(3)];
  const square = [...random.bytes(3)];
  const side = random.integer(size >> 3, size >> 1);
  const [left, top] = [random.integer(0, size - side), random.integer(0, size - side)];
  const pixels = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside = x >= left && x < left + side && y >= top && y < top + side;
      const noise = random.integer(-20, 20);
      for (let c = 0; c < 3; c++) {
        const value = ((inside ? square : ground)[c] ?? 0) + noise;
        pixels[(y * size + x) * 3 + c] = Math.max(0, Math.min(255, value));
      }
    }
  }
  const raw = { width: size, height: size, channels: 3 } as const;
  return sharp(pixels, { raw }).png({ compressionLevel: 1 }).toBuffer();
}
