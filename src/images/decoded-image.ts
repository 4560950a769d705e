import { SpuriousError } from "../errors.js";
import type { ImageFormat } from "./format.js";

/** A picture as `Image.open(file).convert("RGB")` of Pillow gives it. */
export interface DecodedImage {
  /** RGB, 8 bit, row by row: width * height * 3 bytes. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

type ImageErrorCode =
  | "IMAGE_UNREADABLE"
  | "IMAGE_TRUNCATED"
  | "IMAGE_UNSUPPORTED"
  | "IMAGE_TOO_LARGE";

/** @param problem "expected what, got what" */
export function imageError(
  code: ImageErrorCode,
  name: string,
  problem: string,
  details: { cause?: unknown; hint?: string } = {},
): SpuriousError {
  return new SpuriousError(code, `reading an image: ${name}: ${problem}`, {
    input: name,
    ...details,
  });
}

/**
 * The limit from which Pillow refuses to open a picture as a decompression bomb: what fills 512 MiB
 * at three bytes a pixel.
 */
export const DEFAULT_MAX_PIXELS = 178_956_970;

/** @throws IMAGE_UNREADABLE for an empty picture, IMAGE_TOO_LARGE above the limit. */
export function checkSize(name: string, width: number, height: number, maxPixels: number): void {
  if (!(width > 0 && height > 0)) {
    throw imageError(
      "IMAGE_UNREADABLE",
      name,
      `expected a picture of at least one pixel, got ${width} x ${height}`,
    );
  }
  if (width * height > maxPixels) {
    throw imageError(
      "IMAGE_TOO_LARGE",
      name,
      `expected at most ${maxPixels} pixels, got ${width} x ${height} = ${width * height}`,
    );
  }
}
