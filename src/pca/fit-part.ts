import { type PartDocument, type PlannedWork, workOfClasses } from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { classesInShard } from "../cluster/shard.js";
import { Classifier } from "../models/classifier.js";
import { forwardClasses, type PcaFitRequest, prepareFit } from "./fit.js";
import { isBegunPca } from "./pca-index.js";
import { pcaSettings, PcaWriter } from "./pca-writer.js";

export type PcaFitPartRequest = Omit<PcaFitRequest, keyof PartPlace> & PartPlace;

/**
 * The neural PCA of some of the classes, each of which is whole in one part; mergePcas makes one of all
 * parts. Goes on behind the classes that an earlier attempt has finished.
 * @throws as fitPca; RESUME_MISMATCH the part is there already and was made with other settings
 */
export async function fitPcaPart(request: PcaFitPartRequest): Promise<PartDocument> {
  const started = Date.now();
  await using folder = await PartFolder.open(request, isBegunPca);
  await using classifier = await Classifier.open({ ...request, needsFeatures: true });
  const { train, options } = await prepareFit(request, classifier);
  const about = {
    command: "pca fit",
    settings: { ...pcaSettings(options), ...classifier.rounding },
  } as const;
  const finished = await folder.begin(about);
  if (finished !== null) return finished;
  const writer = await PcaWriter.open(folder.path, { ...options, resume: folder.resume });
  const classes = classesInShard(train.classes, folder.shard, (one) => one.pictures.length);
  await forwardClasses(request, classifier, { ...train, classes }, writer);
  const index = await writer.finish();
  const done = classes.reduce((sum, { pictures }) => sum + pictures.length, 0);
  const work = { done, unit: "images", seconds: (Date.now() - started) / 1000 };
  const needed = index.classes.flatMap(({ tensors, imageNames }) => [tensors, imageNames]);
  // Awaited here: the folder would be given up first.
  return await folder.complete([], { ...about, work }, needed);
}

/** Training images that all parts together have. @throws as fitPca */
export async function countTrainImages(request: Omit<PcaFitRequest, "out">): Promise<PlannedWork> {
  // A machine that only plans may have no other device.
  const here = { ...request, device: "cpu", dtype: "fp32" } as const;
  await using classifier = await Classifier.open({ ...here, needsFeatures: true });
  const { train } = await prepareFit(here, classifier);
  return workOfClasses(train.classes);
}
