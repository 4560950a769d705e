import { randomBytes } from "./random-pixels.js";

/** Octaves of noise, from details of two pixels to forms as large as the picture. */
const OCTAVES = 8;
const DISCS = 12;

/**
 * A seeded picture whose statistics resemble a photograph's where a JPEG decoder notices them: equal
 * contrast in every octave of detail, fine detail in some regions and none in others, edges, colours
 * that change more slowly than brightness.
 * @returns RGB, 8 bit, [height, width, 3]
 */
export function paintScene(seed: number, width: number, height: number): Uint8Array {
  const random = new Draws(seed);
  const light = new Float32Array(width * height);
  const detail = new Float32Array(width * height);
  addOctave(detail, width, height, 128, 1.5, random);
  for (let octave = 0; octave < OCTAVES; octave++) {
    const layer = new Float32Array(width * height);
    addOctave(layer, width, height, 2 ** (octave + 1), 1, random);
    const fine = octave < 4;
    for (let i = 0; i < layer.length; i++) {
      const amount = fine ? Math.max(0, 0.5 + (detail[i] as number)) : 1;
      light[i] = (light[i] as number) + 42 * amount * (layer[i] as number);
    }
  }
  const colours = [new Float32Array(width * height), new Float32Array(width * height)];
  for (const colour of colours) {
    for (const cell of [24, 96, 256]) addOctave(colour, width, height, cell, 38, random);
  }
  addDiscs(light, colours, width, height, random);
  return toRgb(light, colours as [Float32Array, Float32Array]);
}

/** Noise on a grid of `cell` pixels, interpolated: values of about -amplitude to amplitude. */
function addOctave(
  field: Float32Array,
  width: number,
  height: number,
  cell: number,
  amplitude: number,
  random: Draws,
): void {
  const across = Math.ceil(width / cell) + 2;
  const down = Math.ceil(height / cell) + 2;
  const grid = Float32Array.from({ length: across * down }, () => amplitude * random.signed());
  const at = (x: number, y: number): number => grid[y * across + x] as number;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / cell);
    const v = smooth(y / cell - row);
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / cell);
      const u = smooth(x / cell - column);
      const above = at(column, row) * (1 - u) + at(column + 1, row) * u;
      const below = at(column, row + 1) * (1 - u) + at(column + 1, row + 1) * u;
      const i = y * width + x;
      field[i] = (field[i] as number) + above * (1 - v) + below * v;
    }
  }
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/** Discs with hard edges, each of its own brightness and colour. */
function addDiscs(
  light: Float32Array,
  colours: readonly Float32Array[],
  width: number,
  height: number,
  random: Draws,
): void {
  for (let disc = 0; disc < DISCS; disc++) {
    const [left, top] = [random.unit() * width, random.unit() * height];
    const radius = (0.03 + 0.15 * random.unit()) * height;
    const shift = 60 * random.signed();
    const tint = colours.map(() => 40 * random.signed());
    for (let y = Math.max(0, Math.floor(top - radius)); y < Math.min(height, top + radius); y++) {
      for (
        let x = Math.max(0, Math.floor(left - radius));
        x < Math.min(width, left + radius);
        x++
      ) {
        if ((x - left) ** 2 + (y - top) ** 2 > radius ** 2) continue;
        const i = y * width + x;
        light[i] = (light[i] as number) * 0.6 + shift;
        for (const [c, colour] of colours.entries()) {
          colour[i] = (colour[i] as number) * 0.3 + (tint[c] as number);
        }
      }
    }
  }
}

function toRgb(light: Float32Array, [warm, green]: [Float32Array, Float32Array]): Uint8Array {
  const pixels = new Uint8ClampedArray(light.length * 3);
  for (let i = 0; i < light.length; i++) {
    const y = 120 + (light[i] as number);
    pixels[i * 3] = y + (warm[i] as number);
    pixels[i * 3 + 1] = y + 0.5 * (green[i] as number) - 0.3 * (warm[i] as number);
    pixels[i * 3 + 2] = y - (warm[i] as number) - 0.5 * (green[i] as number);
  }
  return new Uint8Array(pixels.buffer);
}

/** Seeded numbers, 16 bits each. */
class Draws {
  #bytes: Uint8Array;
  #at = 0;
  #next: number;

  constructor(seed: number) {
    this.#next = seed * 7919;
    this.#bytes = this.#more();
  }

  /** 0 to 1 */
  unit(): number {
    if (this.#at >= this.#bytes.length) {
      this.#bytes = this.#more();
      this.#at = 0;
    }
    const high = this.#bytes[this.#at] as number;
    const low = this.#bytes[this.#at + 1] as number;
    this.#at += 2;
    return (high * 256 + low) / 65536;
  }

  /** -1 to 1 */
  signed(): number {
    return 2 * this.unit() - 1;
  }

  #more(): Uint8Array {
    this.#next += 1;
    return randomBytes(1 << 16, this.#next);
  }
}
