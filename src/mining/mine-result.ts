import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as t from "typanion";
import { type Shard, SHARD_SHAPE } from "../cluster/shard.js";
import type { SpuriousError } from "../errors.js";
import type { JournalSettings } from "../evaluation/journal.js";
import { COUNTING_NUMBER } from "../results/document-shape.js";
import { readShaped, resultInvalid } from "../results/read-document.js";
import type { Candidate } from "./candidates.js";
import { distinctImages, type NearDuplicate } from "./near-duplicates.js";
import { ADDRESS_SHAPE, type ImageAddress, type ImagePool } from "./pool.js";
import { SKIPPED_SHAPE, type SkippedImage } from "./skipped-images.js";
import type { DamagedPool } from "./survey.js";

export const MINE_SCHEMA = "spurious-native/mine/1";
export const MINE_FILE = "mine.json";

export interface MinedTop extends ImageAddress {
  /** 1 for the largest alpha. */
  readonly rank: number;
  readonly alpha: number;
  /** p_k of the mined class. */
  readonly probability: number;
  /** The copy within the result folder, with `/`; null without one. */
  readonly file: string | null;
}

export interface MinedComponent {
  readonly eigenIndex: number;
  /** Largest alpha of the class's training images. */
  readonly trainMax: number;
  readonly top: readonly MinedTop[];
  /** Images passed over since they nearly equal one of the list. */
  readonly nearDuplicates: readonly NearDuplicate[];
  /**
   * Near-duplicates took so many places that the list is shorter than asked, though the pool may
   * hold more: a larger `candidates` finds them.
   */
  readonly cutShort: boolean;
}

export interface MineCounts {
  /** Images of the pools. */
  readonly pool: number;
  readonly excluded: number;
  /** Images with an alpha. */
  readonly mined: number;
  /** Left out since their bytes are those of a training image. */
  readonly training: number;
  /** Could not be read. */
  readonly skipped: number;
}

/** What decides a list, beside the images. */
export interface ListSettings {
  /** Images of a list. */
  readonly top: number;
  /** Images kept until the end, of which near-duplicates are passed over. */
  readonly candidates: number;
  /** Bits of the perceptual hash in which near-duplicates may differ; null: they are kept. */
  readonly nearDuplicates: number | null;
}

/** The document of mine.json. */
export interface MineResult {
  readonly schema: typeof MINE_SCHEMA;
  readonly class: { readonly index: number; readonly wnid: string; readonly label: string };
  /** In the order in which they were asked for. */
  readonly components: readonly MinedComponent[];
  readonly counts: MineCounts;
  /** The first thousand by id. */
  readonly skipped: readonly SkippedImage[];
  readonly damaged: readonly DamagedPool[];
  readonly pools: readonly Pick<ImagePool, "path" | "kind">[];
  /** null: all of the pools. */
  readonly shard: Shard | null;
  readonly list: ListSettings;
  /** What decides the content: parts with equal ones can be merged. */
  readonly settings: JournalSettings;
  readonly provenance: Readonly<Record<string, unknown>>;
}

const COUNTS = { pool: t.isNumber(), excluded: t.isNumber(), mined: t.isNumber() };

/** Of an image of a list. Names of copies are made of it: a rank is a number and nothing else. */
const TOP_SHAPE = t.isPartial({
  ...ADDRESS_SHAPE,
  rank: t.isNumber(),
  alpha: t.isNumber(),
  probability: t.isNumber(),
  file: t.isNullable(t.isString()),
});

/** Fields of a MineResult that anything here reads. */
const MINE_SHAPE = t.isPartial({
  class: t.isPartial({ index: t.isNumber(), wnid: t.isString(), label: t.isString() }),
  components: t.isArray(
    t.isPartial({
      eigenIndex: t.isNumber(),
      trainMax: t.isNumber(),
      top: t.isArray(TOP_SHAPE),
      nearDuplicates: t.isArray(t.isPartial({ id: t.isString(), of: t.isString() })),
      cutShort: t.isBoolean(),
    }),
  ),
  counts: t.isPartial({ ...COUNTS, training: t.isNumber(), skipped: t.isNumber() }),
  skipped: t.isArray(SKIPPED_SHAPE),
  damaged: t.isArray(t.isPartial({ path: t.isString(), message: t.isString() })),
  pools: t.isArray(t.isPartial({ path: t.isString(), kind: t.isString() })),
  shard: t.isNullable(SHARD_SHAPE),
  list: t.isPartial({
    top: COUNTING_NUMBER,
    candidates: COUNTING_NUMBER,
    nearDuplicates: t.isNullable(t.isNumber()),
  }),
  settings: t.isRecord(t.isUnknown()),
  provenance: t.isRecord(t.isUnknown()),
});

/** The list of one component. @param ranked best first */
export function minedComponent(
  eigenIndex: number,
  trainMax: number,
  ranked: readonly Candidate[],
  { top: count, candidates, nearDuplicates }: ListSettings,
): MinedComponent {
  const { top, dropped } = distinctImages(ranked, count, nearDuplicates);
  return {
    eigenIndex,
    trainMax,
    top: top.map(({ id, alpha, probability, pool, offset, size }, i) => {
      return { rank: i + 1, id, alpha, probability, file: null, pool, offset, size };
    }),
    nearDuplicates: dropped,
    cutShort: top.length < count && ranked.length >= candidates,
  };
}

/**
 * Reads mine.json.
 * @param path the result folder, or the file in it
 * @throws RESULT_INVALID missing, damaged, foreign or of another schema
 */
export async function readMineResult(
  path: string,
): Promise<{ readonly folder: string; readonly result: MineResult }> {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  const file = isFile ? path : join(path, MINE_FILE);
  const kind = { schema: MINE_SCHEMA, shape: MINE_SHAPE, expected: "a whole list" } as const;
  const result = await readShaped<MineResult>(file, kind, resultInvalid);
  if (result === null) throw noResult(file);
  return { folder: dirname(file), result };
}

export function noResult(file: string): SpuriousError {
  return resultInvalid(file, "a complete result of mine", "no such file");
}
