import sharp from "sharp";
import type { SimdLevel } from "../native/contract.js";

/** What turns files into pixels, for the provenance of results. */
export interface DecoderDescription {
  /** Plain JPEG files. */
  readonly jpeg: string;
  /** All other JPEG files, PNG, WebP and TIFF. */
  readonly others: { readonly sharp: string; readonly vips: string };
  readonly simd: SimdLevel;
}

export function decoderDescription(simd: SimdLevel): DecoderDescription {
  const { sharp: version = "unknown", vips } = sharp.versions;
  return {
    jpeg: "native, equal to libjpeg-turbo (accurate transform, fancy upsampling)",
    others: { sharp: version, vips },
    simd,
  };
}
