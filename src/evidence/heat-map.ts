/** An RGB picture, 8 bit, row by row. */
export interface RgbImage {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The colours people know from Grad-CAM pictures: blue for 0 over green to red for 1. */
export function jet(value: number): [number, number, number] {
  const channel = (centre: number): number =>
    Math.round(255 * Math.min(1, Math.max(0, 1.5 - Math.abs(4 * value - centre))));
  return [channel(3), channel(2), channel(1)];
}

const TABLE = Array.from({ length: 256 }, (_, i) => jet(i / 255));

/** A map of values from 0 to 1 in colours. @param map [height, width] */
export function heatMap(map: Float32Array, width: number, height: number): RgbImage {
  const pixels = new Uint8Array(width * height * 3);
  for (const [i, value] of map.entries()) {
    pixels.set(TABLE[Math.floor(Math.min(1, Math.max(0, value)) * 255)] ?? [0, 0, 0], i * 3);
  }
  return { pixels, width, height };
}

/**
 * The heat map over the picture, half and half, stretched to the full range as the pytorch-grad-cam
 * library does.
 */
export function overlay(image: RgbImage, map: Float32Array): RgbImage {
  const { width, height } = image;
  const colours = heatMap(map, width, height).pixels;
  const mixed = Float32Array.from(colours, (value, i) => value + (image.pixels[i] as number));
  const largest = mixed.reduce((most, value) => Math.max(most, value), 0);
  const scale = largest === 0 ? 0 : 255 / largest;
  return { pixels: Uint8Array.from(mixed, (value) => Math.floor(value * scale)), width, height };
}
