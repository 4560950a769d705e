import sharp from "sharp";
import type { RgbImage } from "./heat-map.js";

/** An RGB picture as PNG. */
export async function toPng({ pixels, width, height }: RgbImage): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** A float picture in [0, 1] as 8-bit RGB. @param image [3, height, width] */
export function fromFloatPlanes(image: Float32Array, width: number, height: number): RgbImage {
  const plane = width * height;
  const pixels = new Uint8Array(plane * 3);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) {
      pixels[i * 3 + c] = Math.round(255 * (image[c * plane + i] as number));
    }
  }
  return { pixels, width, height };
}
