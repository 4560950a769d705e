import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { mergeParts } from "../../src/cluster/merge-parts.js";
import { mergeSlurm } from "../../src/cluster/slurm/merge.js";
import { PLAN_SCHEMA } from "../../src/cluster/slurm/plan-file.js";
import { slurmStatus } from "../../src/cluster/slurm/status.js";
import { submitSlurm } from "../../src/cluster/slurm/submit.js";
import { keyOf } from "../../src/evaluation/entries.js";
import { EVAL_PART_SCHEMA } from "../../src/evaluation/evaluate-part.js";
import { hashOfNames } from "../../src/evaluation/journal.js";
import { entryOf, FitJournal } from "../../src/mitigation/fit-journal.js";
import { evidenceDocument } from "../helpers/evidence-files.js";
import { PROVENANCE, row } from "../helpers/rows.js";
import { caseFolder } from "./case-folder.js";
import { type Files, type FolderSeed, jsonOf, partFiles, ROOT } from "./folder-seed.js";
import { BENCHMARK_FILES, CLASSES, PICTURE, SAMPLES } from "./seed-benchmark.js";
import { SEED_PCA } from "./seed-pca.js";

/** Parts of every command but `mine`, plans of array jobs, and work that was begun. */
export function partSeeds(): FolderSeed[] {
  fakeSlurm();
  return [
    ...merged(pcaParts("given/parts"), ["index.json", "000.images.json"]),
    ...merged(evalParts(), ["entries.json"]),
    ...merged(evidenceParts(), ["003/evidence.json"]),
    ...merged(fixParts(), ["fitted.json"]),
    ...planSeeds(),
    fitJournal(),
  ];
}

/** Each of some documents of the first part, with the hash that it had and with the right one. */
function merged(files: Files, documents: readonly string[]): FolderSeed[] {
  const part = "given/parts/part-001-of-002";
  const read: FolderSeed["read"] = (at) =>
    mergeParts({ parts: [at("given/parts")], out: at("out/merged") });
  const seed = { files, read, pointsElsewhere: true } as const;
  return [
    { ...seed, damaged: `${part}/part.json` },
    { ...seed, damaged: "given/parts/part-002-of-002/part.json" },
    ...documents.flatMap((name): FolderSeed[] => [
      { ...seed, damaged: `${part}/${name}` },
      { ...seed, damaged: `${part}/${name}`, sealed: part },
      { ...seed, damaged: `${part}/${name}`, sealed: part },
    ]),
  ];
}

const NAMES = ["part-001-of-002", "part-002-of-002"];

function twoParts(
  place: string,
  about: Pick<Parameters<typeof partFiles>[1], "command" | "settings">,
  contents: readonly Files[],
): Files {
  const parts = contents.map((files, i) =>
    partFiles(`${place}/${NAMES[i] ?? ""}`, { ...about, index: i + 1, of: 2 }, files),
  );
  return { ...parts[0], ...parts[1] };
}

/** A class in each. */
function pcaParts(place: string): Files {
  const index = JSON.parse(Buffer.from(SEED_PCA["index.json"] ?? "").toString()) as {
    classes: readonly { tensors: string; imageNames: string }[];
    settings: object;
  };
  const settings = { ...index.settings, classes: "0-1" };
  const contents = index.classes.map((one): Files => {
    const { tensors, imageNames } = one;
    return {
      "index.json": jsonOf({ ...index, settings, classes: [one] }),
      [tensors]: SEED_PCA[tensors] ?? "",
      [imageNames]: SEED_PCA[imageNames] ?? "",
    };
  });
  return twoParts(place, { command: "pca fit", settings }, contents);
}

function evalParts(): Files {
  const settings = { images: hashOfNames(SAMPLES.map(keyOf)) };
  const entries = SAMPLES.map(({ path, split, classIndex }, i) => ({
    rows: [row({ path, split, class: classIndex, p: Math.fround(i / 10) })],
  }));
  const document = {
    schema: EVAL_PART_SCHEMA,
    folders: { data: `${ROOT}/given/spurious`, val: `${ROOT}/given/val` },
    ...{ classMap: CLASSES, width: 10, missing: [], maxSkipped: 0 },
    provenance: { ...PROVENANCE, bootstrap: 5 },
  };
  const contents = [0, 1].map((part) => ({
    "entries.json": jsonOf({ ...document, entries: entries.filter((_, i) => i % 2 === part) }),
  }));
  const about = { command: "eval", settings } as const;
  return { ...BENCHMARK_FILES, ...twoParts("given/parts", about, contents) };
}

function evidenceParts(): Files {
  const contents = [3, 5].map((index) => {
    const folder = `00${String(index)}`;
    const document = evidenceDocument(index, { classes: { [index]: "fish" }, components: 2 });
    return { [`${folder}/evidence.json`]: jsonOf(document), [`${folder}/image-000.png`]: PICTURE };
  });
  const settings = { classes: [3, 5], seed: 0 };
  return twoParts("given/parts", { command: "evidence", settings }, contents);
}

const fittedEntry = (index: number) =>
  entryOf({
    directions: {
      ...{ index, eigenIndices: [0, 4], mean: Float32Array.of(1, 2) },
      directions: Float32Array.of(1, 0, 0, 1),
    },
    skipped: [{ path: "a.jpg", message: "no picture" }],
  });

function fixParts(): Files {
  const document = {
    schema: "spurious-native/spufix-part/1",
    modelSha256: "aa".repeat(32),
    provenance: { version: "0.1.0", missingClasses: [{ index: 9, label: "ox" }] },
    all: [3, 5],
  };
  const contents = [3, 5].map((index) => ({
    "fitted.json": jsonOf({ ...document, classes: [fittedEntry(index)] }),
  }));
  return twoParts("given/parts", { command: "spufix fit", settings: { seed: 0 } }, contents);
}

const JOB = "spurious-native-0000";

/** All commands of a plan write to its folder. */
function planSeeds(): FolderSeed[] {
  const plan = {
    ...{ schema: PLAN_SCHEMA, jobName: JOB },
    ...{ commandLine: ["pca", "fit", "model.pt"], out: `${ROOT}/out/result`, tasks: 2 },
    ...{ replacesOut: false },
    ...{ work: { count: 24, unit: "images" }, minutes: 10 },
  };
  const parts = pcaParts(`out/plan/parts/${JOB}`);
  const files = { ...parts, "out/plan/plan.json": jsonOf(plan), "out/plan/job.sbatch": "" };
  const read: FolderSeed["read"] = async (at) => {
    await slurmStatus(at("out/plan"));
    await submitSlurm(at("out/plan"));
    await mergeSlurm(at("out/plan"));
  };
  const seed = { files, read } as const;
  return [
    { ...seed, damaged: "out/plan/plan.json" },
    { ...seed, damaged: "out/plan/plan.json" },
    { ...seed, damaged: `out/plan/parts/${JOB}/part-002-of-002/part.json` },
  ];
}

/** An empty queue that takes any job. */
function fakeSlurm(): void {
  const bin = join(caseFolder, "bin");
  mkdirSync(bin);
  for (const [name, line] of [
    ["squeue", ":"],
    ["sbatch", "echo 17"],
  ]) {
    writeFileSync(join(bin, name ?? ""), `#!/bin/sh\n${line ?? ""}\n`, { mode: 0o755 });
  }
  process.env["PATH"] = `${bin}${delimiter}${process.env["PATH"] ?? ""}`;
}

function fitJournal(): FolderSeed {
  const settings = { model: "a hash" };
  const lines = [{ schema: "spurious-native/journal/1", settings }, fittedEntry(3), fittedEntry(5)];
  const name = "out/progress.jsonl";
  return {
    files: { [name]: lines.map((one) => `${jsonOf(one)}\n`).join("") },
    damaged: name,
    read: async (at) => {
      await using journal = await FitJournal.ofPart(at(name), settings, true);
      return journal.earlier;
    },
  };
}
