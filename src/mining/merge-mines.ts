import { join } from "node:path";
import { readAllParts } from "../cluster/all-parts.js";
import { firstThere } from "../cluster/first-there.js";
import type { MergeRequest, ReadMergeRequest } from "../cluster/merge-request.js";
import { incomplete, type Part } from "../cluster/part.js";
import { WHOLE } from "../cluster/shard.js";
import { SpuriousError } from "../errors.js";
import { requireDocument, resultInvalid } from "../results/read-document.js";
import { type IsBegun, ResultFolder } from "../results/result-folder.js";
import { Candidates } from "./candidates.js";
import {
  type MineCounts,
  minedComponent,
  MINE_FILE,
  type MineResult,
  readMineResult,
} from "./mine-result.js";
import { openTask } from "./prepare-mine.js";
import { SkippedImages } from "./skipped-images.js";
import { surveyPools } from "./survey.js";
import {
  CANDIDATES_FILE,
  CANDIDATES_SCHEMA,
  CANDIDATES_SHAPE,
  type CandidatesDocument,
  isMineFile,
  writeMine,
} from "./write-mine.js";

/** What a part gave. */
interface MinedPart extends CandidatesDocument {
  readonly folder: string;
  readonly result: MineResult;
}

/**
 * Puts the parts of a pool together: the list that one run over all of it gives. The parts are left
 * as they are, so this can be done again.
 * @throws SHARDS_INCOMPLETE a part is missing, there twice, not as it was, of another command or made
 *   with other settings, or the pools are others by now
 * @throws RESULT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, DATA_NOT_FOUND, CANCELLED
 */
export async function mergeMines(request: MergeRequest): Promise<MineResult> {
  const parts = await readAllParts(request.parts, request.signal);
  const [{ folder, document }] = parts;
  if (document.command === "mine") return await mergeReadMines({ ...request, parts });
  throw incomplete(folder, "a part of mine", `one of ${document.command}`);
}

/** The same with parts that were read. */
export async function mergeReadMines(request: ReadMergeRequest): Promise<MineResult> {
  const { out, force, signal } = request;
  const parts = (await Promise.all(request.parts.map(readPart))) as [MinedPart, ...MinedPart[]];
  const [first] = parts;
  const { paths, pools } = await openData(parts, request);
  // Of a merge that was stopped there are copies and no list yet.
  const isBegun: IsBegun = (names) => !names.includes(MINE_FILE) && names.every(isMineFile);
  await using folder = await ResultFolder.open(out, { force, resume: force !== true }, isBegun);
  const { list } = first.result;
  const components = first.result.components.map(({ eigenIndex, trainMax }, i) => {
    const together = new Candidates(list.candidates, list.nearDuplicates !== null);
    for (const { components: candidates } of parts) {
      for (const one of candidates[i] ?? []) together.offer(one);
    }
    return minedComponent(eigenIndex, trainMax, together.ranked(), list);
  });
  const skipped = new SkippedImages();
  for (const { result } of parts) skipped.add(result.skipped, result.counts.skipped);
  const merged: MineResult = {
    ...first.result,
    pools: paths,
    components,
    counts: sumCounts(parts.map(({ result }) => result.counts)),
    skipped: skipped.list(),
    shard: null,
    provenance: provenanceOf(parts.map(({ result }) => result)),
  };
  const copies = request.copies ?? parts.every((one) => one.copies);
  // Awaited here: the folder would be given up first.
  return await writeMine(folder, merged, pools, { copies, signal });
}

/**
 * The pools where the request says, else where a part has seen them.
 * @throws DATA_NOT_FOUND; USAGE_INVALID, SHARDS_INCOMPLETE other pools than the parts'
 */
function openData(
  parts: readonly [MinedPart, ...MinedPart[]],
  { pools: told, signal }: ReadMergeRequest,
) {
  const seen = parts.map(({ result }) => result.pools.map(({ path }) => path));
  const places = (told === undefined ? seen : [told]) as [
    readonly string[],
    ...(readonly string[])[],
  ];
  return firstThere(places, async (paths) => {
    const task = await openTask({ pools: paths }, WHOLE);
    const found = task.pools.map(({ path, kind }) => ({ path, kind }));
    requireSameKinds(parts[0], found);
    // Images are known by their places, which other pools give to others.
    const { hash, imageSizes } = await surveyPools(task, { signal });
    requireSameImages(parts[0], { images: hash, imageSizes });
    return { paths: found, pools: task.pools };
  });
}

function requireSameKinds({ folder, result }: MinedPart, found: MineResult["pools"]): void {
  const [wanted, got] = [result.pools, found].map((pools) => pools.map(({ kind }) => kind));
  if (JSON.stringify(wanted) === JSON.stringify(got)) return;
  throw new SpuriousError(
    "USAGE_INVALID",
    `finding the pools: ${folder}: expected ${(wanted ?? []).join(", ")}, in this order, got ${(got ?? []).join(", ")}`,
  );
}

function requireSameImages(
  { folder, result }: MinedPart,
  found: Readonly<Record<"images" | "imageSizes", string>>,
): void {
  for (const name of ["images", "imageSizes"] as const) {
    const wanted = result.settings[name];
    if (wanted === undefined || wanted === found[name]) continue;
    throw incomplete(folder, "a part of the images that are in the pools now", "one of others");
  }
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

async function readPart({ folder }: Part): Promise<MinedPart> {
  const { result } = await readMineResult(folder);
  const document = await requireDocument<CandidatesDocument>(
    join(folder, CANDIDATES_FILE),
    CANDIDATES_SCHEMA,
    CANDIDATES_SHAPE,
    resultInvalid,
  );
  return { ...document, folder, result };
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
