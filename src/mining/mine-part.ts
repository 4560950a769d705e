import type { PartDocument, PlannedWork } from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { WHOLE } from "../cluster/shard.js";
import { mineImages, minePartOf } from "./mine.js";
import { openTask, type WithoutPlace, withPreparedMine } from "./prepare-mine.js";
import { surveyPools } from "./survey.js";
import { minePartFiles } from "./write-mine.js";

export type MinePartRequest = WithoutPlace & PartPlace;

/**
 * Mines one part of the pools, told by the images' ids; mergeMines puts the parts together. Goes on with
 * what an earlier attempt left.
 * @throws as minePool
 */
export async function minePart(request: MinePartRequest): Promise<PartDocument> {
  await using folder = await PartFolder.open(request);
  return await withPreparedMine(request, folder.shard, async (prepared) => {
    const { command, settings } = minePartOf(null, prepared);
    const finished = await folder.begin({ command, settings });
    if (finished !== null) return finished;
    const { result, candidates } = await mineImages(request, prepared, folder, folder.resume);
    const about = minePartOf(result, prepared);
    return await folder.complete(minePartFiles(result, candidates), about);
  });
}

/** Images of the pools that all parts together look at. @throws as minePool */
export async function countPool(request: WithoutPlace): Promise<PlannedWork> {
  const { left } = await surveyPools(await openTask(request, WHOLE), request);
  return { count: left, unit: "images", pieces: left };
}
