import { WHOLE } from "../cluster/shard.js";
import { Journal, type JournalSettings } from "../evaluation/journal.js";
import { Throughput } from "../evaluation/throughput.js";
import type { Preprocessing } from "../images/presets.js";
import type { Classifier } from "../models/classifier.js";
import { addon } from "../native/load.js";
import { trainAlphas } from "../pca/alpha.js";
import { requireColumn } from "../pca/class-column.js";
import type { ClassPca } from "../pca/class-pca.js";
import { JOURNAL_NAME, ResultFolder } from "../results/result-folder.js";
import { NO_PROGRESS } from "../terminal/progress.js";
import { VERSION } from "../version.js";
import type { Candidate } from "./candidates.js";
import { forwardPool } from "./forward-pool.js";
import { type ListSettings, MINE_SCHEMA, minedComponent, type MineResult } from "./mine-result.js";
import { MineState, type Stretch, STRETCH_SHAPE } from "./mine-state.js";
import {
  type MineRequest,
  type PreparedMine,
  type Target,
  type WithoutPlace,
  withPreparedMine,
} from "./prepare-mine.js";
import type { Survey, Task } from "./survey.js";
import { writeMine } from "./write-mine.js";

/**
 * Ranks image pools of any size by alpha of components of one class, with one forward pass for each
 * image whatever the number of components, in memory that does not grow with the pool. Images are
 * prepared as training images are. Work done is kept in a journal, and `resume` goes on behind it.
 * minePart does a part of the pools.
 * @throws DATA_*, ARCHIVE_DAMAGED (no image before the damage), MODEL_*, ARTEFACT_INVALID,
 *   USAGE_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, RESUME_MISMATCH, CANCELLED
 */
export async function minePool(request: MineRequest): Promise<MineResult> {
  const { copies = true, resume = false, signal } = request;
  await using folder = await ResultFolder.open(request.out, request);
  return await withPreparedMine(request, WHOLE, async (prepared) => {
    const { result } = await mineImages(request, prepared, folder, resume);
    return await writeMine(folder, result, prepared.task.pools, { copies, signal });
  });
}

/** The forward pass over the images of the task, and what it gave. The journal is closed behind it. */
export async function mineImages(
  request: WithoutPlace,
  prepared: PreparedMine,
  folder: Pick<ResultFolder, "file">,
  resume: boolean,
): Promise<{ result: MineResult; candidates: readonly (readonly Candidate[])[] }> {
  const started = new Date();
  const { target, list, task, classifier, survey, preprocessing, settings } = prepared;
  const heading = { ...settings, shard: task.shard };
  await using journal = await Journal.open<Stretch>(folder.file(JOURNAL_NAME), heading, resume, {
    shape: STRETCH_SHAPE,
  });
  const state = new MineState(
    target.components.length,
    list.candidates,
    list.nearDuplicates !== null,
  );
  for (const stretch of journal.earlier) state.replay(stretch);
  const { progress = NO_PROGRESS, signal } = request;
  const throughput = new Throughput();
  progress.begin("mining", survey.left, "images", state.seen);
  try {
    const measure = {
      classifier,
      preprocessing,
      pca: onlyComponents(target.pca, target.components),
      column: requireColumn(classifier.classMap, request.class),
      training: target.training,
      maxPixels: request.maxPixels,
    };
    await forwardPool(task, measure, state, journal, { signal, progress, throughput });
  } finally {
    progress.end();
  }
  const result = resultOf(target, task, survey, state, list, settings, {
    ...provenanceOf(request, target, classifier, preprocessing),
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    imagesPerSecond: throughput.imagesPerSecond,
    steadyImagesPerSecond: throughput.steadyImagesPerSecond,
  });
  return { result, candidates: state.candidates.map((one) => one.ranked()) };
}

/** A PCA that has the asked components alone: others need not be projected on. */
function onlyComponents(pca: ClassPca, asked: readonly number[]): ClassPca {
  const d = pca.weight.length;
  const components = new Float32Array(asked.length * d);
  for (const [i, component] of asked.entries()) {
    components.set(pca.components.subarray(component * d, (component + 1) * d), i * d);
  }
  return { ...pca, components, count: asked.length };
}

function resultOf(
  { entry, pca, components }: Target,
  { pools, shard }: Task,
  survey: Survey,
  state: MineState,
  list: ListSettings,
  settings: JournalSettings,
  provenance: Readonly<Record<string, unknown>>,
): MineResult {
  return {
    schema: MINE_SCHEMA,
    class: { index: entry.index, wnid: entry.wnid, label: entry.label },
    components: components.map((eigenIndex, i) => {
      const trainMax = trainAlphas(pca, eigenIndex).reduce((a, b) => Math.max(a, b), -Infinity);
      return minedComponent(eigenIndex, trainMax, state.candidates[i]?.ranked() ?? [], list);
    }),
    counts: {
      pool: survey.images,
      excluded: survey.excluded,
      mined: state.mined,
      training: state.training,
      skipped: state.skipped.count,
    },
    skipped: state.skipped.list(),
    damaged: survey.damaged,
    pools: pools.map(({ path, kind }) => ({ path, kind })),
    shard: shard.of === 1 ? null : shard,
    list,
    settings,
    provenance,
  };
}

function provenanceOf(
  request: WithoutPlace,
  { training }: Target,
  classifier: Classifier,
  preprocessing: Preprocessing,
) {
  return {
    version: VERSION,
    ...classifier.provenance(),
    pca: request.pca,
    preset: preprocessing.preset,
    preprocessing,
    torch: addon().addonInfo().torch,
    exclude: request.exclude ?? null,
    train: { folder: training.folder, images: training.count, found: training.found },
  };
}
