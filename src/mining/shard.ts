import { createHash } from "node:crypto";
import { SpuriousError } from "../errors.js";

/** One part of a pool, 1 to `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Shard = { index: 1, of: 1 };

/** "2/8". @throws USAGE_INVALID */
export function parseShard(spec: string): Shard {
  const [, index, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(spec)?.map(Number) ?? [];
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of };
  throw new SpuriousError(
    "USAGE_INVALID",
    `reading the command line: --shard: expected i/n with i from 1 to n, got "${spec}"`,
    { input: spec },
  );
}

/** Whether an image belongs to a part: decided by its id alone, whatever else the pools hold. */
export function isInShard(id: string, { index, of }: Shard): boolean {
  if (of === 1) return true;
  return createHash("sha256").update(id).digest().readUInt32BE(0) % of === index - 1;
}
