import { createHash } from "node:crypto";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";

/** One part of a whole, 1 to `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Parts of a whole at most. */
const MOST = 999_999_999;

const PART_NUMBER = t.cascade(t.isNumber(), [t.isInteger(), t.isInInclusiveRange(1, MOST)]);

/** A Shard in a document. */
export const SHARD_SHAPE = t.isPartial({ index: PART_NUMBER, of: PART_NUMBER });

export const WHOLE: Shard = { index: 1, of: 1 };

/** Gives the part where no flag does: any scheduler can set a variable. */
export const SHARD_VARIABLE = "SPURIOUS_NATIVE_SHARD";

/** "2/8". @param from what the text came from @throws USAGE_INVALID */
export function parseShard(spec: string, from = "--shard"): Shard {
  const [, index, of] = /^(\d{1,9})\/(\d{1,9})$/.exec(spec)?.map(Number) ?? [];
  if (index !== undefined && of !== undefined && index >= 1 && index <= of) return { index, of };
  throw new SpuriousError(
    "USAGE_INVALID",
    `reading the command line: ${from}: expected i/n with i from 1 to n, got "${spec}"`,
    { input: spec },
  );
}

/** The part that the flag names, else the environment; undefined for the whole. @throws USAGE_INVALID */
export function chosenShard(
  flag: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Shard | undefined {
  if (flag !== undefined) return parseShard(flag);
  const spec = environment[SHARD_VARIABLE];
  return spec === undefined || spec === "" ? undefined : parseShard(spec, SHARD_VARIABLE);
}

/** Whether an image belongs to a part: decided by its id alone, whatever else there is. */
export function isInShard(id: string, { index, of }: Shard): boolean {
  if (of === 1) return true;
  return createHash("sha256").update(id).digest().readUInt32BE(0) % of === index - 1;
}

/**
 * The classes of a part, each of which is whole in one: the heaviest go first, each to the part that
 * has least. Depends on the classes and their weights alone, not on their order.
 * @param weightOf the work of a class, for example its images
 */
export function classesInShard<T extends { readonly index: number }>(
  classes: readonly T[],
  { index, of }: Shard,
  weightOf: (one: T) => number,
): T[] {
  const loads = new Array<number>(of).fill(0);
  const own = new Set<number>();
  const heaviestFirst = [...classes].sort((a, b) => weightOf(b) - weightOf(a) || a.index - b.index);
  for (const one of heaviestFirst) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] = (loads[least] ?? 0) + weightOf(one);
    if (least === index - 1) own.add(one.index);
  }
  return classes.filter((one) => own.has(one.index));
}

/** Missing parts named in a message before "...". */
const NAMED = 10;

/** The parts of a whole that are not there, for a message: "3, 5"; null where all are. */
export function missingParts(of: number, known: { has(index: number): boolean }): string | null {
  const missing: number[] = [];
  // A document may say any number.
  for (let index = 1; index <= of && missing.length <= NAMED; index++) {
    if (!known.has(index)) missing.push(index);
  }
  if (missing.length === 0) return null;
  return missing.slice(0, NAMED).join(", ") + (missing.length > NAMED ? " ..." : "");
}

/** Name of a part's folder: "part-002-of-008". */
export function shardName({ index, of }: Shard): string {
  const [part, parts] = [index, of].map((one) => String(one).padStart(3, "0"));
  return `part-${part ?? ""}-of-${parts ?? ""}`;
}

/** How many parts the whole has that a folder's name tells of: 8; null for other names. */
export function partsNamed(name: string): number | null {
  const of = /^part-\d+-of-(\d+)(?:\.|$)/.exec(name)?.[1];
  return of === undefined ? null : Number(of);
}
