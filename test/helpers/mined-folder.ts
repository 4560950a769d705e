import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import sharp from "sharp";

import { MINE_SCHEMA, type MineResult } from "../../src/mining/mine-result.js";
import { fileTree } from "./file-tree.js";

export interface MinedShape {
  /** Eigen indices with the number of images of their lists. */
  readonly components: Readonly<Record<number, number>>;
  readonly label?: string;
  /** Id of the first image. */
  readonly firstId?: string;
}

/** A result folder of `mine`, one folder deep in a folder of its own, with copies of its images. */
export async function minedFolder(t: TestContext, shape: MinedShape): Promise<string> {
  const root = join(fileTree(t, []), "mined");
  mkdirSync(join(root, "images"), { recursive: true });
  const result = minedResult(shape);
  for (const { eigenIndex, top } of result.components) {
    for (const { rank, file } of top) {
      writeFileSync(join(root, file ?? ""), await picture(eigenIndex, rank));
    }
  }
  writeFileSync(join(root, "mine.json"), JSON.stringify(result));
  return root;
}

/** What mine.json holds; the pool is gone, the copies are there. */
export function minedResult({ components, label = "tea_pot", firstId }: MinedShape): MineResult {
  return {
    schema: MINE_SCHEMA,
    class: { index: 849, wnid: "n04398044", label },
    components: Object.entries(components).map(([component, images]) => ({
      eigenIndex: Number(component),
      trainMax: 2,
      cutShort: false,
      nearDuplicates: [],
      top: Array.from({ length: images }, (_, i) => ({
        ...{ rank: i + 1, alpha: 3 - i / 50, probability: 0.5, pool: 0 },
        id: i === 0 && firstId !== undefined ? firstId : `photos/${component}-${String(i)}.jpg`,
        file: `images/${component}-${String(i + 1)}.jpg`,
      })),
    })),
    counts: { pool: 1000, excluded: 0, mined: 1000, training: 0, skipped: 0 },
    skipped: [],
    damaged: [],
    pools: [{ path: "/pools/photos", kind: "folder" }],
    shard: null,
    list: { top: 500, candidates: 2000, nearDuplicates: 4 },
    settings: { pca: "a hash" },
    provenance: {},
  };
}

/** Of another colour for every image, and wide or tall in turn. */
function picture(component: number, rank: number): Promise<Buffer> {
  const [width, height] = rank % 2 === 0 ? [240, 160] : [160, 240];
  const background = { r: (rank * 37) % 256, g: (component * 90) % 256, b: (rank * 101) % 256 };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}
