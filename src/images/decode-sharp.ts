import sharp, { type Metadata, type SharpOptions } from "sharp";
import { checkSize, type DecodedImage, imageError } from "./decoded-image.js";
import type { ImageFormat } from "./format.js";
import { checkTiff } from "./tiff-header.js";
import { cmykToRgb, dropAlpha, greyToRgb, grey16ToRgb } from "./to-rgb.js";

// One image per thread of libuv's pool; threads inside libvips would fight over the same cores, and
// no picture is read twice.
sharp.concurrency(1);
sharp.cache(false);

// Colour profiles are ignored and damage is forgiven just as far as Pillow does both. The size is
// checked here, from the header.
const OPTIONS: SharpOptions = {
  ignoreIcc: true,
  failOn: "truncated",
  limitInputPixels: false,
};

type SharpFormat = Exclude<ImageFormat, "gif" | "bmp">;

/**
 * The first frame of a JPEG, PNG, WebP or TIFF file through libvips.
 * @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function decodeWithSharp(
  bytes: Uint8Array,
  format: SharpFormat,
  name: string,
  maxPixels: number,
): Promise<DecodedImage> {
  if (format === "tiff") checkTiff(bytes, name);
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, OPTIONS).metadata();
  } catch (cause) {
    throw readError(cause, format, name);
  }
  checkSize(name, metadata.width, metadata.height, maxPixels);
  const samples = sampleKind(metadata, isGreyPng(bytes, format), name);

  let pipeline = sharp(bytes, OPTIONS);
  // Pillow turns TIFF pictures as their orientation says, and no others.
  if (format === "tiff") pipeline = pipeline.autoOrient();
  if (samples === "cmyk") {
    pipeline = pipeline.pipelineColourspace("cmyk").toColourspace("cmyk");
  } else if (samples === "grey16") {
    pipeline = pipeline.toColourspace("grey16");
  }
  try {
    const { data, info } = await pipeline
      .raw({ depth: samples === "grey16" ? "ushort" : "uchar" })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { pixels: toRgb(data, samples, channels), width, height, format };
  } catch (cause) {
    throw readError(cause, format, name);
  }
}

type SampleKind = "bytes" | "grey16" | "cmyk";

/** Without an alpha channel, though it may have a transparent value, which libvips makes one of. */
function isGreyPng(bytes: Uint8Array, format: ImageFormat): boolean {
  const colourType = bytes[25];
  return format === "png" && colourType === 0;
}

function sampleKind(
  { space, depth, channels }: Metadata,
  greyPng: boolean,
  name: string,
): SampleKind {
  if (space === "cmyk" && depth === "uchar" && channels === 4) return "cmyk";
  if (space === "grey16" && depth === "ushort" && (channels === 1 || greyPng)) return "grey16";
  const bytes = depth === "uchar" && (space === "srgb" || space === "b-w");
  // Reduced to 8 bits by libvips as Pillow does it, by dropping the low byte.
  const words = depth === "ushort" && (space === "rgb16" || space === "grey16");
  if (bytes || words) return "bytes";
  throw imageError(
    "IMAGE_UNSUPPORTED",
    name,
    `expected grey, RGB or CMYK samples, got ${channels} of colour space ${space} and type ${depth}`,
  );
}

function toRgb(data: Buffer, samples: SampleKind, channels: number): Uint8Array {
  if (samples === "cmyk") return cmykToRgb(data);
  if (samples === "grey16") return grey16ToRgb(data, channels);
  if (channels === 3) return data;
  return channels < 3 ? greyToRgb(data, channels) : dropAlpha(data, channels);
}

const TRUNCATED =
  /premature end|truncat|end of (file|stream|data|image)|not enough data|read error/i;
const UNSUPPORTED = /not supported|unsupported/i;

function readError(cause: unknown, format: ImageFormat, name: string): Error {
  const { message } = cause as Error;
  const said = message.split("\n").find((line) => line.trim() !== "") ?? "no reason";
  const kind = format === "webp" ? "WebP" : format.toUpperCase();
  if (TRUNCATED.test(message)) {
    return imageError("IMAGE_TRUNCATED", name, `expected a whole ${kind} picture, got: ${said}`, {
      cause,
    });
  }
  const code = UNSUPPORTED.test(message) ? "IMAGE_UNSUPPORTED" : "IMAGE_UNREADABLE";
  return imageError(code, name, `expected a ${kind} picture, got: ${said}`, { cause });
}
