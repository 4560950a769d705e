import sharp, { type Sharp } from "sharp";
import { decodeImage } from "./decode.js";
import { DEFAULT_MAX_PIXELS } from "./decoded-image.js";
import { sniffFormat } from "./format.js";

/**
 * A picture for people to look at, to be resized and encoded anew: as a model is given it, not
 * rotated, colour profiles ignored.
 * @param name what errors call it
 * @throws IMAGE_*; sharp's errors once it is decoded
 */
export async function openPreview(bytes: Uint8Array, name: string): Promise<Sharp> {
  const format = sniffFormat(bytes, name);
  if (format !== "bmp" && format !== "tiff") {
    // Reads large JPEG pictures at a fraction of their size.
    return sharp(bytes, {
      ignoreIcc: true,
      failOn: "truncated",
      limitInputPixels: DEFAULT_MAX_PIXELS,
    });
  }
  const { pixels, width, height } = await decodeImage(bytes, { name });
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
