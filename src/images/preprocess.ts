import type { Split } from "../datasets/sample.js";
import type { NativeAddon } from "../native/contract.js";
import { decodeImage } from "./decode.js";
import { checkSize, DEFAULT_MAX_PIXELS, imageError } from "./decoded-image.js";
import { sniffFormat } from "./format.js";
import { type Geometry, geometryOf } from "./geometry.js";
import { plainJpegSize } from "./jpeg-size.js";
import { type Preprocessing, type ResizeRule, ruleOf } from "./presets.js";
import type { ImageSource } from "../sources/image-source.js";
import { fileSource } from "./read-image.js";

/** What a model is given: RGB, 8 bit, [height, width, 3]. */
export interface PreparedImage {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface PreprocessOptions {
  readonly preprocessing: Preprocessing;
  readonly split: Split;
  /** Larger pictures are refused before they are decoded; default: Pillow's limit. */
  readonly maxPixels?: number | undefined;
}

/** Of a resized picture, as the addon takes it. */
const LONGEST_SIDE = 2 ** 28;

/** What of the addon is used here. */
export type ImageAddon = Pick<NativeAddon, "resizeCrop" | "resizeJpeg">;

/**
 * Reads, decodes, resizes and crops one picture: exactly what Pillow and torchvision make of it.
 * @param image a file's path, a source, or its content with the name that errors call it by
 * @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, IMAGE_UNSUPPORTED, IMAGE_TOO_LARGE
 */
export async function preprocessImage(
  image: string | ImageSource | { readonly bytes: Uint8Array; readonly name: string },
  { preprocessing, split, maxPixels = DEFAULT_MAX_PIXELS }: PreprocessOptions,
  addon: ImageAddon,
): Promise<PreparedImage> {
  const source = typeof image === "string" ? fileSource(image) : image;
  const { name } = source;
  const bytes = "bytes" in source ? source.bytes : await source.read();
  const rule = ruleOf(preprocessing, split);
  const fast = await prepareJpeg(bytes, rule, { name, maxPixels }, addon);
  if (fast) return fast;
  const { pixels, width, height } = await decodeImage(bytes, { name, maxPixels });
  const geometry = checkedGeometry(name, width, height, rule);
  return prepared(geometry, await addon.resizeCrop({ pixels, ...geometry }));
}

/**
 * A strip of one by a million pixels is small, and gigabytes once its shorter side is the model's
 * input.
 * @throws IMAGE_TOO_LARGE
 */
function checkedGeometry(name: string, width: number, height: number, rule: ResizeRule): Geometry {
  const geometry = geometryOf(width, height, rule);
  const { resizeWidth, resizeHeight, cropWidth, cropHeight } = geometry;
  const isLong = Math.max(resizeWidth, resizeHeight) > LONGEST_SIDE;
  if (!isLong && cropWidth * cropHeight <= DEFAULT_MAX_PIXELS) return geometry;
  throw imageError(
    "IMAGE_TOO_LARGE",
    name,
    `expected at most ${DEFAULT_MAX_PIXELS} pixels after the resize, got ${resizeWidth} x ${resizeHeight} from ${width} x ${height}`,
  );
}

async function prepareJpeg(
  bytes: Uint8Array,
  rule: ResizeRule,
  { name, maxPixels }: { name: string; maxPixels: number },
  addon: ImageAddon,
): Promise<PreparedImage | null> {
  if (sniffFormat(bytes, name) !== "jpeg") return null;
  const size = plainJpegSize(bytes);
  if (!size) return null;
  checkSize(name, size.width, size.height, maxPixels);
  const geometry = checkedGeometry(name, size.width, size.height, rule);
  const pixels = await addon.resizeJpeg({ bytes, ...geometry });
  return pixels && prepared(geometry, pixels);
}

function prepared({ cropWidth, cropHeight }: Geometry, pixels: Uint8Array): PreparedImage {
  return { pixels, width: cropWidth, height: cropHeight };
}
