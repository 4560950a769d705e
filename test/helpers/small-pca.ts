import { join } from "node:path";

import { fixture } from "./fixtures.js";
import { paintTrainFolder } from "./train-folder.js";

export interface SmallTraining {
  readonly train: string;
  /** `pca fit` of all classes with a tiny model, but for where the result goes. */
  readonly fitArgs: readonly string[];
}

/** Training pictures of some classes, of a number that is no multiple of the batch. */
export async function smallTraining(
  root: string,
  { classes = 7, images = 9 }: { classes?: number; images?: number } = {},
): Promise<SmallTraining> {
  const train = join(root, "train");
  const indices = Array.from({ length: classes }, (_, index) => index);
  await paintTrainFolder(train, indices, { images, size: 64 });
  const model = fixture("eval/models/tiny-resnet.pt");
  const what = ["pca", "fit", model, "--train", train, "--size", "64", "--device", "cpu"];
  const rest = ["--classes", `0-${String(classes - 1)}`, "--components", "5", "--batch", "4"];
  return { train, fitArgs: [...what, ...rest] };
}
