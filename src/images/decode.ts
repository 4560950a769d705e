import { decodeBmp } from "./decode-bmp.js";
import { decodeGif } from "./decode-gif.js";
import { decodeWithSharp } from "./decode-sharp.js";
import { DEFAULT_MAX_PIXELS, type DecodedImage } from "./decoded-image.js";
import { sniffFormat } from "./format.js";

export interface DecodeOptions {
  /** What errors call the picture, usually its path. */
  readonly name: string;
  /** Larger pictures are refused before they are decoded. */
  readonly maxPixels?: number | undefined;
}

/**
 * Decodes a picture of any format that is read (see ImageFormat), told by its content: the first
 * frame, not rotated, colour profiles ignored, transparency dropped.
 * @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function decodeImage(
  bytes: Uint8Array,
  { name, maxPixels = DEFAULT_MAX_PIXELS }: DecodeOptions,
): Promise<DecodedImage> {
  const format = sniffFormat(bytes, name);
  if (format === "gif") return decodeGif(bytes, name, maxPixels);
  if (format === "bmp") return decodeBmp(bytes, name, maxPixels);
  return decodeWithSharp(bytes, format, name, maxPixels);
}
