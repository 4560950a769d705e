import type { PartDocument, PlannedWork } from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { WHOLE } from "../cluster/shard.js";
import { mineImages } from "./mine.js";
import { openTask, type WithoutPlace, withPreparedMine } from "./prepare-mine.js";
import { surveyPools } from "./survey.js";
import { minePartFiles, removeWhole } from "./write-mine.js";

export type MinePartRequest = WithoutPlace & PartPlace;

/**
 * Mines one part of the pools, told by the images' ids; mergeMines puts the parts together. Goes on with
 * what an earlier attempt left.
 * @throws as minePool
 */
export async function minePart(request: MinePartRequest): Promise<PartDocument> {
  await using folder = await PartFolder.open(request);
  return await withPreparedMine(request, folder.shard, async (prepared) => {
    // Before the pass: one that halves its batch, out of memory, is a part of the same whole.
    const about = {
      command: "mine",
      settings: { ...prepared.settings, ...prepared.classifier.rounding },
    } as const;
    const finished = await folder.begin(about);
    if (finished !== null) return finished;
    const { result, candidates } = await mineImages(request, prepared, folder, folder.resume);
    await removeWhole(folder);
    const { mined, training, skipped } = result.counts;
    const seconds = Number(result.provenance["seconds"]);
    return await folder.complete(
      minePartFiles(result, { copies: request.copies ?? true, components: candidates }),
      { ...about, work: { done: mined + training + skipped, unit: "images", seconds } },
    );
  });
}

/** Images of the pools that all parts together look at. @throws as minePool */
export async function countPool(request: WithoutPlace): Promise<PlannedWork> {
  const { left } = await surveyPools(await openTask(request, WHOLE), request);
  return { count: left, unit: "images", pieces: left };
}
