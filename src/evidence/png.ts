import sharp from "sharp";
import type { RgbImage } from "./heat-map.js";

/** An RGB picture as PNG. */
export async function toPng({ pixels, width, height }: RgbImage): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
