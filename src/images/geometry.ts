import type { ResizeCropRequest } from "../native/contract.js";
import type { ResizeRule } from "./presets.js";

/** A resize, and the rectangle of the result that is kept. */
export type Geometry = Omit<ResizeCropRequest, "pixels" | "simd">;

/**
 * What a rule means for a picture of this size: torchvision's Resize (shorter side to n, the other
 * one cut to a whole number) and CenterCrop. No rule resizes to less than its crop, so that there is
 * never anything to pad.
 */
export function geometryOf(width: number, height: number, rule: ResizeRule): Geometry {
  const { shorterSide, crop, filter } = rule;
  const longerSide = Math.trunc((shorterSide * Math.max(width, height)) / Math.min(width, height));
  const resizeWidth = width <= height ? shorterSide : longerSide;
  const resizeHeight = width <= height ? longerSide : shorterSide;
  const cropWidth = crop ?? resizeWidth;
  const cropHeight = crop ?? resizeHeight;
  return {
    width,
    height,
    resizeWidth,
    resizeHeight,
    cropLeft: roundHalfToEven((resizeWidth - cropWidth) / 2),
    cropTop: roundHalfToEven((resizeHeight - cropHeight) / 2),
    cropWidth,
    cropHeight,
    filter,
  };
}

/** Python's round(). */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
