import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { MineResult } from "../../src/mining/mine-result.js";
import { fitPca } from "../../src/pca/fit.js";
import { Random } from "./random.js";
import { tarFile } from "./tar.js";
import { paintPicture, paintTrainFolder } from "./train-folder.js";

const SIDE = 64;

/** Pictures by id, without a pool's own part of it: `ab/0012.png`. */
export type Pictures = Readonly<Record<string, Buffer>>;

export async function paintPictures(count: number, seed = 5000): Promise<Pictures> {
  const pictures: Record<string, Buffer> = {};
  for (let i = 0; i < count; i++) {
    const name = `${"cab"[i % 3] ?? ""}/${String(i).padStart(5, "0")}.png`;
    pictures[name] = await paintPicture(new Random(seed + i), SIDE);
  }
  return pictures;
}

export function writePictures(folder: string, pictures: Pictures): void {
  for (const [name, content] of Object.entries(pictures)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** Writes pictures in turn into tar files 000.tar, 001.tar, ...; gives their paths. */
export function writeTars(folder: string, pictures: Pictures, shards: number): string[] {
  mkdirSync(folder, { recursive: true });
  const parts = Array.from({ length: shards }, (): Record<string, Buffer> => ({}));
  for (const [i, [name, content]] of Object.entries(pictures).entries()) {
    const part = parts[i % shards];
    if (part) part[name] = content;
  }
  return parts.map((part, i) => {
    const path = join(folder, `${String(i).padStart(3, "0")}.tar`);
    writeFileSync(path, tarFile(part));
    return path;
  });
}

/** The embedded demo's model with a PCA of small painted training pictures. */
export async function fitPaintedPca(root: string): Promise<{ pca: string; train: string }> {
  const [pca, train] = [join(root, "pca"), join(root, "train")];
  await paintTrainFolder(train, [0, 1], { images: 24, size: SIDE });
  await fitPca({
    ...{ model: fileURLToPath(new URL("../../demo/model.pt", import.meta.url)), device: "cpu" },
    ...{ train, classes: "0,1", components: 6, out: pca },
  });
  return { pca, train };
}

export function readJsonFile<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** A list as tests compare it. */
export interface PlainList {
  readonly eigenIndex: number;
  readonly top: readonly {
    readonly path: string;
    readonly alpha: number;
    readonly probability: number;
  }[];
}

/**
 * Of the largest alpha, and of a probability: an image's place in its batch moves the last bits of a
 * forward pass, and small alphas are differences of large numbers.
 */
const TOLERANCE = 1e-4;

/** The same images in the same order, with the same numbers up to rounding. */
export function assertSameLists(got: readonly PlainList[], expected: readonly PlainList[]): void {
  const paths = (lists: readonly PlainList[]) =>
    lists.map(({ eigenIndex, top }) => ({ eigenIndex, top: top.map(({ path }) => path) }));
  assert.deepEqual(paths(got), paths(expected));
  for (const [i, { top }] of got.entries()) {
    const scale = Math.max(...top.map(({ alpha }) => Math.abs(alpha)));
    for (const [row, { path, alpha, probability }] of top.entries()) {
      const other = expected[i]?.top[row];
      const difference = Math.abs(alpha - (other?.alpha ?? Number.NaN));
      assert.ok(difference <= TOLERANCE * scale, `alpha of ${path}`);
      const ratio = probability / (other?.probability ?? Number.NaN);
      assert.ok(Math.abs(ratio - 1) <= TOLERANCE, `probability of ${path}`);
    }
  }
}

/** The lists of a result. @param nameOf how tests call an image of that id */
export function listsOf({ components }: MineResult, nameOf = (id: string) => id): PlainList[] {
  return components.map(({ eigenIndex, top }) => ({
    eigenIndex,
    top: top.map(({ id, alpha, probability }) => ({ path: nameOf(id), alpha, probability })),
  }));
}
