import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compareResults } from "../../src/comparison/compare.js";
import {
  leaderboardCsv,
  leaderboardLatex,
  leaderboardRows,
} from "../../src/comparison/leaderboard.js";
import { leaderboardPage } from "../../src/comparison/leaderboard-page.js";
import { writeComparison } from "../../src/comparison/write-comparison.js";
import { LEADERBOARD_SCHEMA } from "../../src/comparison/write-leaderboard.js";
import { finishedEvaluation } from "../../src/evaluation/finished-evaluation.js";
import type { EvaluateFixRequest } from "../../src/mitigation/evaluate-fix.js";
import { finishedFixEvaluation } from "../../src/mitigation/finished-fix-evaluation.js";
import { SPUFIX_EVAL_SCHEMA } from "../../src/mitigation/fix-evaluation.js";
import { resultTable } from "../../src/report/result-table.js";
import { writeReport } from "../../src/report/write-report.js";
import { imagesCsv } from "../../src/results/images-table.js";
import { evidenceDocument } from "../helpers/evidence-files.js";
import { sha256 } from "../helpers/preprocess-reference.js";
import { resultOf, row } from "../helpers/rows.js";
import { caseFolder } from "./case-folder.js";
import { type Files, type FolderSeed, jsonOf, ROOT } from "./folder-seed.js";
import { BENCHMARK_FILES, CLASS_MAP, CLASSES, SAMPLES } from "./seed-benchmark.js";
import { SEED_PCA } from "./seed-pca.js";

const ROWS = SAMPLES.map(({ path, split, classIndex }, i) =>
  row({ path, split, class: classIndex, p: Math.fround(i / 10) }),
);
const MODEL = Buffer.from("a model's file, of which a hash is all that is looked at");
const FIX = Buffer.from("a fix's file");

/** As `eval` records it. */
const PROVENANCE = {
  ...{ bootstrap: 10, preset: "paper-v2", dtype: "fp32", device: "cpu", torch: "2", batch: 4 },
  preprocessing: { preset: "paper-v2", size: 32 },
  model: {
    ...{ path: `${ROOT}/given/model.pt`, sha256: sha256(MODEL), metadata: { name: "m" } },
    ...{ head: { classes: 10, features: 4 } },
  },
  data: { spurious: `${ROOT}/given/spurious`, val: `${ROOT}/given/val` },
  inputSize: { value: 32, origin: "flag" },
  temperature: { value: 1, origin: "default" },
  normalization: { where: "none", mean: [0, 0, 0], std: [1, 1, 1], origin: "flag" },
  softmax: "all",
};

const RESULT = resultOf(ROWS, { ...PROVENANCE, classMap: CLASS_MAP.name }, CLASS_MAP);

const AFTER = {
  ...RESULT,
  provenance: { ...RESULT.provenance, spufix: { path: "fix", sha256: sha256(FIX) } },
};

/** Documents of results that other commands read, and pages that are made of them. */
export async function resultSeeds(): Promise<FolderSeed[]> {
  return [
    ...comparedSeeds(),
    ...(await pageSeeds()),
    ...finishedSeeds(),
    {
      files: { "given/fixed/result.json": jsonOf(fixEvaluation()) },
      damaged: "given/fixed/result.json",
      read: async (at) => boardOf([at("given/fixed")]),
    },
  ];
}

const resultFiles = (place: string): Files => ({
  [`${place}/result.json`]: jsonOf(RESULT),
  [`${place}/images.csv`]: imagesCsv(ROWS),
});

async function boardOf(folders: readonly string[]): Promise<void> {
  const rows = await leaderboardRows(folders);
  leaderboardCsv(rows);
  leaderboardLatex(rows);
  leaderboardPage(rows);
}

/** Either of two results may be the damaged one. */
function comparedSeeds(): FolderSeed[] {
  const files = { ...resultFiles("given/first"), ...resultFiles("given/second") };
  const read: FolderSeed["read"] = async (at) => {
    const folders = [at("given/first"), at("given/second")] as const;
    await boardOf(folders);
    await writeComparison(await compareResults(...folders, { bootstrap: 5 }), at("out/compared"));
  };
  return ["first", "second"].flatMap((one) =>
    ["result.json", "images.csv"].map((name) => ({
      ...{ files, read, damaged: `given/${one}/${name}` },
    })),
  );
}

/** Results of all commands that have a page. */
async function pageSeeds(): Promise<FolderSeed[]> {
  const documents: Record<string, string> = {
    "given/compared/compare.json": jsonOf(await comparison()),
    "given/board/leaderboard.json": jsonOf({
      schema: LEADERBOARD_SCHEMA,
      rows: (await leaderboardRows([join(caseFolder, "first")])).slice(-4),
    }),
    "given/fixed/result.json": jsonOf(fixEvaluation()),
    "given/evidence/003/evidence.json": jsonOf(
      evidenceDocument(3, { classes: { 3: "fish" }, components: 2 }),
    ),
  };
  const pages = Object.entries(documents).map(
    ([name, text]): FolderSeed => pageSeed({ [name]: text }, name),
  );
  const placed = Object.fromEntries(
    Object.entries(SEED_PCA).map(([name, content]) => [`given/pca/${name}`, content]),
  );
  const ofPca = ["index.json", "001.safetensors", "001.images.json"].map((name) =>
    pageSeed(placed, `given/pca/${name}`),
  );
  return [...pages, ...ofPca];
}

function pageSeed(files: Files, damaged: string): FolderSeed {
  const [, folder = ""] = damaged.split("/");
  return {
    files,
    damaged,
    read: async (at) => {
      await writeReport({ result: at(`given/${folder}`), to: at("out/page.html") });
      if (folder === "fixed") await resultTable(at("given/fixed"), "latex");
    },
  };
}

async function comparison() {
  const [first = "", second = ""] = ["first", "second"].map((name) => join(caseFolder, name));
  for (const folder of [first, second]) {
    mkdirSync(folder);
    for (const [name, content] of Object.entries(resultFiles("."))) {
      writeFileSync(join(folder, name), content);
    }
  }
  const compared = await compareResults(first, second, { bootstrap: 5 });
  const image = { path: "a.jpg", split: "val", class: 3, first: 0.5, second: 0.25 } as const;
  return { ...compared, images: [image] };
}

function fixEvaluation() {
  const difference = { value: -0.1, ci95: [-0.2, 0] };
  const moved = { index: 3, label: "fish", before: 0.5, after: 0.25, change: -0.25 };
  const class3 = { index: 3, images: 5, accuracy: [0.5, 0.25], meanProb: [0.5, 0.25] };
  return {
    schema: SPUFIX_EVAL_SCHEMA,
    strength: 1,
    before: RESULT,
    after: AFTER,
    difference: {
      mean: difference,
      joint: difference,
      classes: RESULT.classes.map(({ index, label }) => ({ index, label, ...difference })),
    },
    accuracy: {
      ...{ root: `${ROOT}/given/val`, images: 5, modelClasses: 10, accuracy: [0.5, 0.25] },
      ...{ classes: [class3], skipped: [] },
    },
    sideEffects: { of: "measured classes", accuracy: [moved], meanProb: [moved] },
    doseCurve: [
      { strength: 0, mean: 0.5, joint: 0.5, accuracy: 0.5 },
      { strength: 1, mean: 0.4, joint: 0.4, accuracy: 0.25 },
    ],
  };
}

/** What an earlier run left, which a later one takes for its own if it is. */
function finishedSeeds(): FolderSeed[] {
  const files = {
    ...resultFiles("given/fixed/before"),
    "given/fixed/result.json": jsonOf(fixEvaluation()),
    "given/model.pt": MODEL,
    "given/fix.safetensors": FIX,
    "given/classes.json": jsonOf(CLASSES),
    ...BENCHMARK_FILES,
  };
  const request = (at: (place: string) => string): EvaluateFixRequest => ({
    ...{ model: at("given/model.pt"), size: 32, normalize: "none", bootstrap: 10 },
    ...{ data: at("given/spurious"), val: at("given/val") },
    ...{ accuracy: at("given/val"), classMap: at("given/classes.json") },
    fix: at("given/fix.safetensors"),
  });
  const seed = { files, pointsElsewhere: true } as const;
  return [
    {
      ...seed,
      damaged: "given/fixed/before/result.json",
      read: (at) => finishedEvaluation(at("given/fixed/before"), request(at)),
    },
    {
      ...seed,
      damaged: "given/fixed/before/images.csv",
      read: (at) => finishedEvaluation(at("given/fixed/before"), request(at)),
    },
    {
      ...seed,
      damaged: "given/fixed/result.json",
      read: (at) => finishedFixEvaluation(at("given/fixed"), request(at)),
    },
  ];
}
