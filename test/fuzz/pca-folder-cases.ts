import { readFileSync } from "node:fs";
import { join } from "node:path";

import { makeEvidence } from "../../src/evidence/make-evidence.js";
import { COMPONENTS_SCHEMA } from "../../src/mitigation/components-file.js";
import { fitSpuFix } from "../../src/mitigation/fit.js";
import { minePool } from "../../src/mining/mine.js";
import { alphaOfImages } from "../../src/pca/alpha-of-images.js";
import { readPcaIndex } from "../../src/pca/pca-index.js";
import { rankImages } from "../../src/pca/rank.js";
import { fitPaintedPca } from "../helpers/mining-pool.js";
import { caseFolder } from "./case-folder.js";
import { serveFolderCases } from "./folder-cases.js";
import { type Files, filesBelow, type FolderSeed, jsonOf, ROOT } from "./folder-seed.js";

const { pca, train } = await fitPaintedPca(join(caseFolder, "painted"));

/** The folder of a PCA with its training images, and a file of components. */
const FILES: Files = {
  ...atCase(filesBelow(pca, "given/pca")),
  ...filesBelow(train, "given/train"),
  "given/components.json": jsonOf({ schema: COMPONENTS_SCHEMA, components: { 0: [0, 2], 1: [1] } }),
};

/** The index says where the training images are. */
function atCase(files: Files): Files {
  const index = Buffer.from(files["given/pca/index.json"] ?? "").toString();
  return { ...files, "given/pca/index.json": index.replaceAll(train, `${ROOT}/given/train`) };
}

type Place = (place: string) => string;

/** The first class that the index has, whichever that is. */
async function firstClass(at: Place): Promise<number> {
  return (await readPcaIndex(at("given/pca"))).classes[0]?.index ?? 0;
}

const MODEL = readModelPath();

function readModelPath(): string {
  const text = readFileSync(join(pca, "index.json"), "utf8");
  return (JSON.parse(text) as { model: { path: string } }).model.path;
}

const CPU = { device: "cpu", threads: 1 } as const;

/** Every command that is given the folder of a PCA and runs its model. */
const READERS: readonly FolderSeed["read"][] = [
  async (at) =>
    minePool({
      ...{ ...CPU, pca: at("given/pca"), class: await firstClass(at), components: [0, 1] },
      ...{ pools: [at("given/train/0")], out: at("out/mined"), top: 3 },
    }),
  async (at) =>
    makeEvidence({
      ...{ ...CPU, pca: at("given/pca"), classes: [await firstClass(at)], out: at("out/evidence") },
      ...{ components: 1, poolSize: 2, steps: 1, top: 1, least: 1 },
    }),
  async (at) => {
    const common = { ...CPU, pca: at("given/pca"), class: await firstClass(at) };
    await rankImages({ ...common, component: 0 });
    await alphaOfImages({ ...common, images: [at("given/train/0/000_000.png")] });
  },
];

const fit: FolderSeed["read"] = (at) =>
  fitSpuFix({
    ...{ ...CPU, model: MODEL, train: at("given/train"), alphas: at("given/pca") },
    ...{ components: at("given/components.json"), out: at("out/fix.safetensors") },
  });

const DAMAGED = ["index.json", "000.images.json", "000.safetensors"];

serveFolderCases([
  ...DAMAGED.flatMap((name) =>
    [...READERS, fit].map((read): FolderSeed => {
      return { files: FILES, damaged: `given/pca/${name}`, pointsElsewhere: true, read };
    }),
  ),
  { files: FILES, damaged: "given/components.json", pointsElsewhere: true, read: fit },
]);
