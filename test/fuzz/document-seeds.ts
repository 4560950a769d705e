import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compareResults } from "../../src/comparison/compare.js";
import { leaderboardRows } from "../../src/comparison/leaderboard.js";
import { findLocations } from "../../src/config/locations.js";
import { Journal } from "../../src/evaluation/journal.js";
import { imagenet1k } from "../../src/imagenet/class-map.js";
import { parseClassMap } from "../../src/imagenet/class-map-file.js";
import { readEvidenceFolder } from "../../src/labelling/evidence-folder.js";
import { exportLabels } from "../../src/labelling/export-labels.js";
import { readMineResult } from "../../src/mining/mine-result.js";
import { readComponents } from "../../src/mitigation/components-file.js";
import { readFix, writeFix } from "../../src/mitigation/fix-file.js";
import { parseMetadata } from "../../src/models/metadata.js";
import { readPcaIndex } from "../../src/pca/pca-index.js";
import { spectrumOf } from "../../src/pca/spectrum.js";
import { resultTable } from "../../src/report/result-table.js";
import { writeReport } from "../../src/report/write-report.js";
import { imagesCsv } from "../../src/results/images-table.js";
import { scoreImages } from "../../src/scoring/score-images.js";
import { evidenceDocument } from "../helpers/evidence-files.js";
import { labelsOf } from "../helpers/labels-files.js";
import { minedResult } from "../helpers/mined-folder.js";
import { testClasses } from "../helpers/model-fixtures.js";
import { rowsOf, TABLES } from "../helpers/score-tables.js";
import { caseFolder } from "./case-folder.js";
import { SEED_PCA } from "./seed-pca.js";

/** A document of this program in its folder, and what reads it. */
export interface DocumentSeed {
  /** Files of the folder by name, with `/`. */
  readonly files: Readonly<Record<string, Uint8Array | string>>;
  /** The one that is damaged: JSON, lines of JSON or a table. */
  readonly name: string;
  read(folder: string, path: string): Promise<unknown>;
}

/** Everything that is read from a folder which somebody else may have sent. */
export async function documentSeeds(): Promise<DocumentSeed[]> {
  const table = TABLES[0] ?? { val: [], spurious: [] };
  const csv = imagesCsv(rowsOf(table));
  const evaluated = await folderOf("evaluated", (out) => {
    writeFileSync(join(caseFolder, "images.csv"), csv);
    const images = join(caseFolder, "images.csv");
    return scoreImages({ images, classMap: imagenet1k(), bootstrap: 20, seed: 0, out });
  });
  const whole = join(caseFolder, "evaluated");
  const readResult = async (folder: string): Promise<void> => {
    await leaderboardRows([folder], {});
    await resultTable(folder, "latex");
    await compareResults(whole, folder, { bootstrap: 0 });
    await writeReport({ result: folder, to: join(folder, "page.html") });
  };
  return [
    { files: evaluated, name: "result.json", read: readResult },
    { files: evaluated, name: "images.csv", read: readResult },
    { files: SEED_PCA, name: "index.json", read: firstSpectrum },
    { files: SEED_PCA, name: "000.images.json", read: (folder) => spectrumOf(folder, 0) },
    ...small(),
    {
      files: await folderOf("fix", writeSomeFix),
      name: "fix.safetensors",
      read: (_, path) => readFix(path, "aa".repeat(32)),
    },
  ];
}

/** Of the first class, whichever that is. */
async function firstSpectrum(folder: string): Promise<void> {
  const { classes } = await readPcaIndex(folder);
  for (const { index } of classes.slice(0, 1)) await spectrumOf(folder, index);
}

/** Documents of one file. */
function small(): DocumentSeed[] {
  const one = (
    name: string,
    document: unknown,
    read: (folder: string, path: string) => Promise<unknown>,
  ): DocumentSeed => {
    const text = typeof document === "string" ? document : JSON.stringify(document);
    return { files: { [name]: text }, name, read };
  };
  const text = (path: string): string => readFileSync(path, "utf8");
  return [
    one(
      "003/evidence.json",
      evidenceDocument(3, { classes: { 3: "fish" }, components: 2 }),
      (folder) => readEvidenceFolder(folder),
    ),
    one("mine.json", minedResult({ components: { 1: 3, 4: 2 } }), (folder) =>
      readMineResult(folder),
    ),
    one("labels.json", labelsOf("anna", ["spurious", "not spurious", "skip"]), (folder, path) =>
      exportLabels({ files: [path], to: join(folder, "components.json") }),
    ),
    one("components.json", { "94": [1, 3], "207": [0] }, (_, path) => readComponents(path)),
    one("classes.json", testClasses(10), (_, path) =>
      Promise.resolve().then(() => parseClassMap(text(path), path, 10)),
    ),
    one(
      "metadata.json",
      {
        schema: "spurious-native/model/1",
        name: "a",
        inputSize: 32,
        mean: [0, 0, 0],
        temperature: 1,
      },
      (_, path) => Promise.resolve().then(() => parseMetadata(text(path), path)),
    ),
    one("spurious-native.config.json", { data: "a", val: "b" }, (folder) =>
      Promise.resolve().then(() => findLocations({ cwd: folder, env: {} })),
    ),
    one("progress.jsonl", journalText(), readJournal),
  ];
}

function journalText(): string {
  const heading = { schema: "spurious-native/journal/1", settings: { seed: 1, model: "a hash" } };
  const lines = [heading, { path: "a.jpg", p: 0.5 }, { path: "b.jpg", p: 0.25 }];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

async function readJournal(_: string, path: string): Promise<void> {
  const keyOf = (entry: { path: string }): string => entry.path;
  const journal = await Journal.open(path, { seed: 1, model: "a hash" }, true, { keyOf });
  await journal[Symbol.asyncDispose]();
}

async function writeSomeFix(out: string): Promise<void> {
  const inputs = { inputSize: { value: 32, origin: "flag" }, classMap: "imagenet1k" };
  mkdirSync(out);
  await writeFix(join(out, "fix.safetensors"), {
    classes: [
      {
        index: 3,
        directions: Float32Array.of(1, 0),
        eigenIndices: [1],
        mean: Float32Array.of(1, 2),
      },
    ],
    modelSha256: "aa".repeat(32),
    provenance: inputs,
  });
}

/** Lets something write a folder and takes its files. */
async function folderOf(
  name: string,
  write: (out: string) => Promise<unknown>,
): Promise<Record<string, Uint8Array>> {
  const out = join(caseFolder, name);
  await write(out);
  return Object.fromEntries(readdirSync(out).map((one) => [one, readFileSync(join(out, one))]));
}
