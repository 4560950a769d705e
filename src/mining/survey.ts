import { createHash } from "node:crypto";
import { isInShard, type Shard } from "../cluster/shard.js";
import { ImageSizes } from "../datasets/image-sizes.js";
import { SpuriousError } from "../errors.js";
import { IndexWalks, type Watch } from "../sources/index-walks.js";
import { archiveDamaged } from "../sources/source-errors.js";
import type { Exclusions } from "./exclusions.js";
import type { ImageAddress, ImagePool } from "./pool.js";

/** What is to be mined. */
export interface Task {
  readonly pools: readonly ImagePool[];
  readonly exclusions: Exclusions;
  readonly shard: Shard;
}

/** A pool that could be read in part only. */
export interface DamagedPool {
  readonly path: string;
  /** "expected what, got what" */
  readonly message: string;
}

export interface Survey {
  /** Images of all pools and parts. */
  readonly images: number;
  readonly excluded: number;
  /** Images of the part that are to be looked at. */
  readonly left: number;
  /** Of the ids of all images, in order: other images are another task. */
  readonly hash: string;
  /** Tells the images from others of the same ids, wherever the pools lie (see ImageSizes). */
  readonly imageSizes: string;
  readonly damaged: readonly DamagedPool[];
}

/**
 * Lists all images once, to count them and to know them again.
 * @throws DATA_LAYOUT there is none; CANCELLED
 */
export async function surveyPools(task: Task, watch: Watch = {}): Promise<Survey> {
  const { pools, exclusions, shard } = task;
  const hash = createHash("sha256");
  const sizes = new ImageSizes<ImageAddress>();
  let [images, excluded, left] = [0, 0, 0];
  const bytes = pools.reduce((sum, pool) => sum + pool.bytes, 0);
  using walks = new IndexWalks(bytes, watch);
  for (const pool of pools) {
    for await (const address of pool.images(walks)) {
      const { id } = address;
      if (watch.signal?.aborted === true) {
        throw new SpuriousError("CANCELLED", "the work was stopped while images were listed");
      }
      images += 1;
      hash.update(`${id}\n`);
      sizes.add(id, address);
      if (exclusions.has(id)) excluded += 1;
      else if (isInShard(id, shard)) left += 1;
    }
  }
  const damaged = pools.flatMap((pool) => {
    const message = pool.damage();
    return message === null ? [] : [{ path: pool.path, message }];
  });
  if (images === 0) throw emptyPool(pools, damaged);
  const imageSizes = await sizes.digest(
    (address) => pools[address.pool]?.sizeOf(address) ?? Promise.resolve(null),
  );
  return { images, excluded, left, hash: hash.digest("hex"), imageSizes, damaged };
}

/** The images of the task, in an order that is the same every time. */
export async function* imagesOf(task: Task): AsyncGenerator<ImageAddress> {
  for (const pool of task.pools) {
    for await (const address of pool.images()) {
      const { id } = address;
      if (!task.exclusions.has(id) && isInShard(id, task.shard)) yield address;
    }
  }
}

function emptyPool(pools: readonly ImagePool[], damaged: readonly DamagedPool[]): SpuriousError {
  const [first] = damaged;
  if (first !== undefined) return archiveDamaged(damaged);
  const paths = pools.map(({ path }) => path).join(", ");
  return new SpuriousError(
    "DATA_LAYOUT",
    `mining a pool: ${paths}: expected at least one picture, got none`,
    { input: paths },
  );
}
