import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { writeSafetensors } from "../../src/artefacts/safetensors.js";
import { fitPcaOfFeatures } from "../../src/pca/fit-features.js";
import { Random } from "../helpers/random.js";
import { caseFolder } from "./case-folder.js";
import { type Files, filesBelow } from "./folder-seed.js";

/** The files of a PCA of two classes, by name. */
export const SEED_PCA: Files = await fitted(join(caseFolder, "seed-pca"));

async function fitted(out: string): Promise<Files> {
  const random = new Random(1);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.next() - 0.5);
  const tensors = {
    features: { shape: [12, 4], data: numbers(48) },
    labels: { shape: [12], data: BigInt64Array.from({ length: 12 }, (__, i) => BigInt(i % 2)) },
    weight: { shape: [1000, 4], data: numbers(4000) },
    bias: { shape: [1000], data: numbers(1000) },
  };
  const features = `${out}.safetensors`;
  writeFileSync(features, writeSafetensors(tensors));
  await fitPcaOfFeatures({ features, out, components: 3 });
  const files = filesBelow(out, "");
  return Object.fromEntries(Object.entries(files).map(([name, one]) => [name.slice(1), one]));
}
