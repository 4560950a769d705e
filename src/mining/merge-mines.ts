import { join } from "node:path";
import { firstThere } from "../cluster/first-there.js";
import type { ImagePlaces } from "../cluster/merge-request.js";
import { incomplete } from "../cluster/part.js";
import { missingParts } from "../cluster/shard.js";
import { SpuriousError } from "../errors.js";
import { requireDocument, resultInvalid } from "../results/read-document.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { Candidates } from "./candidates.js";
import { type MineCounts, minedComponent, type MineResult, readMineResult } from "./mine-result.js";
import { openPools } from "./open-pools.js";
import { SkippedImages } from "./skipped-images.js";
import {
  CANDIDATES_FILE,
  CANDIDATES_SCHEMA,
  CANDIDATES_SHAPE,
  type CandidatesDocument,
  writeMine,
} from "./write-mine.js";

export interface MergeMinesRequest extends ResultFolderOptions, Pick<ImagePlaces, "pools"> {
  /** Result folders of all parts, in any order. */
  readonly parts: readonly string[];
  readonly out: string;
  readonly copies?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Part {
  readonly folder: string;
  readonly result: MineResult;
  readonly candidates: CandidatesDocument["components"];
}

/**
 * Puts the parts of a pool together: the list that one run over all of it gives. The parts are left
 * as they are, so this can be done again.
 * @throws SHARDS_INCOMPLETE a part is missing, there twice or was made with other settings
 * @throws RESULT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, DATA_NOT_FOUND, CANCELLED
 */
export async function mergeMines(request: MergeMinesRequest): Promise<MineResult> {
  const parts = await Promise.all(request.parts.map(readPart));
  const first = requireAllParts(parts);
  await using folder = await ResultFolder.open(request.out, request);
  const { list } = first.result;
  const components = first.result.components.map(({ eigenIndex, trainMax }, i) => {
    const together = new Candidates(list.candidates, list.nearDuplicates !== null);
    for (const { candidates } of parts) {
      for (const one of candidates[i] ?? []) together.offer(one);
    }
    return minedComponent(eigenIndex, trainMax, together.ranked(), list);
  });
  const skipped = new SkippedImages();
  for (const { result } of parts) skipped.add(result.skipped, result.counts.skipped);
  const { paths, pools } = await openData(parts as [Part, ...Part[]], request.pools);
  const merged: MineResult = {
    ...first.result,
    pools: paths,
    components,
    counts: sumCounts(parts.map(({ result }) => result.counts)),
    skipped: skipped.list(),
    shard: null,
    provenance: provenanceOf(parts.map(({ result }) => result)),
  };
  // Awaited here: the folder would be given up first.
  return await writeMine(folder, merged, pools, {
    copies: request.copies ?? true,
    signal: request.signal,
  });
}

/**
 * The pools where the request says, else where a part has seen them.
 * @throws DATA_NOT_FOUND, USAGE_INVALID other pools than the parts'
 */
function openData(parts: readonly [Part, ...Part[]], told: readonly string[] | undefined) {
  const seen = parts.map(({ result }) => result.pools.map(({ path }) => path));
  const places = (told === undefined ? seen : [told]) as [
    readonly string[],
    ...(readonly string[])[],
  ];
  return firstThere(places, async (paths) => {
    const pools = await openPools(paths);
    const found = pools.map(({ path, kind }) => ({ path, kind }));
    requireSamePools(parts[0], found);
    return { paths: found, pools };
  });
}

/** Images are known by their pool's place among the pools and their place in it. */
function requireSamePools({ folder, result }: Part, found: MineResult["pools"]): void {
  const [wanted, got] = [result.pools, found].map((pools) => pools.map(({ kind }) => kind));
  if (JSON.stringify(wanted) === JSON.stringify(got)) return;
  throw new SpuriousError(
    "USAGE_INVALID",
    `finding the pools: ${folder}: expected ${(wanted ?? []).join(", ")}, in this order, got ${(got ?? []).join(", ")}`,
  );
}

/** Of one run that began with the first part and took the time of all. */
function provenanceOf(results: readonly MineResult[]): MineResult["provenance"] {
  const all = results.map(({ provenance }) => provenance);
  const seconds = all.reduce((sum, one) => sum + Number(one["seconds"]), 0);
  const images = results.reduce((sum, { counts }) => sum + counts.mined, 0);
  const rate = seconds > 0 ? images / seconds : null;
  return {
    ...all[0],
    started: all.map((one) => String(one["started"])).sort()[0],
    seconds,
    imagesPerSecond: rate,
    steadyImagesPerSecond: rate,
  };
}

async function readPart(path: string): Promise<Part> {
  const { folder, result } = await readMineResult(path);
  if (result.shard === null) {
    throw incomplete(folder, "a part of a pool (mine --shard i/n)", "a whole one");
  }
  const file = join(folder, CANDIDATES_FILE);
  const { components } = await requireDocument<CandidatesDocument>(
    file,
    CANDIDATES_SCHEMA,
    CANDIDATES_SHAPE,
    resultInvalid,
  );
  return { folder, result, candidates: components };
}

function requireAllParts(parts: readonly Part[]): Part {
  const [first] = parts;
  if (first === undefined) throw incomplete("--", "the folders of all parts", "none");
  const of = first.result.shard?.of ?? 1;
  const byIndex = new Map<number, string>();
  for (const { folder, result } of parts) {
    requireSame(folder, first.result, result);
    const { index, of: count } = result.shard ?? { index: 1, of: 1 };
    if (count !== of)
      throw incomplete(folder, `a part of ${String(of)}`, `one of ${String(count)}`);
    const other = byIndex.get(index);
    if (other !== undefined) {
      throw incomplete(folder, "every part once", `part ${String(index)} again, as ${other}`);
    }
    byIndex.set(index, folder);
  }
  const missing = missingParts(of, byIndex);
  if (missing !== null) {
    throw incomplete(
      parts.map(({ folder }) => folder).join(", "),
      `parts 1 to ${String(of)}`,
      `all but ${missing}`,
    );
  }
  return first;
}

function requireSame(folder: string, wanted: MineResult, got: MineResult): void {
  for (const name of new Set([...Object.keys(wanted.settings), ...Object.keys(got.settings)])) {
    const [expected, found] = [wanted, got].map(({ settings }) => JSON.stringify(settings[name]));
    if (expected !== found) {
      throw incomplete(folder, `${name} ${expected ?? "none"}`, found ?? "none");
    }
  }
}

function sumCounts(counts: readonly MineCounts[]): MineCounts {
  const sum = (name: keyof MineCounts): number =>
    counts.reduce((total, one) => total + one[name], 0);
  const { pool = 0, excluded = 0 } = counts[0] ?? {};
  return {
    pool,
    excluded,
    mined: sum("mined"),
    training: sum("training"),
    skipped: sum("skipped"),
  };
}
