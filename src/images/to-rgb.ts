/** Pillow's conversions to RGB, of whole pictures with 8 bits a sample unless said. */

/** Keeps the first of `channels` samples of each pixel, three times. */
export function greyToRgb(samples: ArrayLike<number>, channels: number): Uint8Array {
  const count = samples.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, from = 0, to = 0; i < count; i++, from += channels, to += 3) {
    rgb[to] = rgb[to + 1] = rgb[to + 2] = samples[from] ?? 0;
  }
  return rgb;
}

/** 16-bit grey in the machine's byte order: clipped at 255, not scaled. */
export function grey16ToRgb(bytes: Uint8Array, channels: number): Uint8Array {
  const samples = new Uint16Array(bytes.slice().buffer);
  return greyToRgb(new Uint8ClampedArray(samples), channels);
}

/** RGBA, or RGB with anything behind it: the first three samples. */
export function dropAlpha(samples: Uint8Array, channels: number): Uint8Array {
  const count = samples.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0, from = 0, to = 0; i < count; i++, from += channels, to += 3) {
    rgb[to] = samples[from] ?? 0;
    rgb[to + 1] = samples[from + 1] ?? 0;
    rgb[to + 2] = samples[from + 2] ?? 0;
  }
  return rgb;
}

/** CMYK where 255 is full ink. */
export function cmykToRgb(samples: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((samples.length / 4) * 3);
  for (let from = 0, to = 0; from < samples.length; from += 4, to += 3) {
    const light = 255 - (samples[from + 3] ?? 0);
    for (let i = 0; i < 3; i++) {
      rgb[to + i] = light - multiplyDivide255(samples[from + i] ?? 0, light);
    }
  }
  return rgb;
}

/** a * b / 255, rounded, for a and b in 0..255. */
function multiplyDivide255(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** Indices into a palette of RGB triples; Pillow takes indices past its end for black. */
export function paletteToRgb(indices: Uint8Array, palette: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(indices.length * 3);
  for (let i = 0, to = 0; i < indices.length; i++, to += 3) {
    const from = (indices[i] ?? 0) * 3;
    rgb[to] = palette[from] ?? 0;
    rgb[to + 1] = palette[from + 1] ?? 0;
    rgb[to + 2] = palette[from + 2] ?? 0;
  }
  return rgb;
}
