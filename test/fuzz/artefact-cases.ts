import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { isStoredArray, loadArray } from "../../src/artefacts/arrays.js";
import { readNpy } from "../../src/artefacts/npy.js";
import type { PickleValue } from "../../src/artefacts/pickle-values.js";
import { SafetensorsReader } from "../../src/artefacts/safetensors-reader.js";
import { TorchFile } from "../../src/artefacts/torch-file.js";
import { readMatFile } from "../../src/datasets/mat-file.js";
import { findWeights } from "../../src/models/import/state-dict.js";
import { readActSpace } from "../../src/pca/act-space.js";
import { memoryFile } from "../../src/sources/random-access.js";
import { tarMembers } from "../../src/sources/tar-members.js";
import { fixture, readFixture } from "../helpers/fixtures.js";
import { Random } from "../helpers/random.js";
import { tarFile } from "../helpers/tar.js";
import { archiveContent, archiveOf } from "./archive-content.js";
import { caseFolder } from "./case-folder.js";
import type { FuzzCase } from "./case.js";
import { mutate } from "./mutations.js";
import { serveCases } from "./serve-cases.js";

interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  read(path: string, bytes: Uint8Array): Promise<unknown>;
  /** Another way to change it than byte by byte. */
  change?(random: Random): Uint8Array;
}

const CHECKPOINTS = readdirSync(fixture("checkpoints")).map((name) => `checkpoints/${name}`);

const SEEDS: readonly Seed[] = [
  ...CHECKPOINTS.filter((name) => name.endsWith(".pt")).map(torchSeed),
  ...CHECKPOINTS.filter((name) => name.endsWith(".npy")).map((name) => {
    const read = name.includes("act_space") ? readActSpace : readArrays;
    return { name, bytes: readFixture(name), read };
  }),
  ...["pca/tiny-resnet.safetensors", "spufix/collinear_directions_class206.safetensors"].map(
    (name) => ({ name, bytes: readFixture(name), read: readSafetensors }),
  ),
  {
    name: "datasets/meta.mat",
    bytes: readFixture("datasets/meta.mat"),
    read: (path, bytes) => Promise.resolve(readMatFile(bytes, path)),
  },
  { name: "a tar file", bytes: someTar(), read: readTar },
];

serveCases((index): FuzzCase => {
  const random = new Random(index);
  const seed = random.pick(SEEDS);
  const bytes =
    (random.next() < 0.5 ? seed.change?.(random) : undefined) ?? mutate(seed.bytes, random);
  const path = join(caseFolder, `artefact-${String(index)}`);
  writeFileSync(path, bytes);
  const read = (): Promise<unknown> => seed.read(path, bytes).finally(() => rmSync(path));
  return { name: path, origin: seed.name, read };
});

/** Archives whose checksums are put right again, too: behind them are the pickles. */
function torchSeed(name: string): Seed {
  const bytes = readFixture(name);
  const seed = { name, bytes, read: readCheckpoint };
  if (bytes.toString("latin1", 0, 2) !== "PK") return seed;
  const content = archiveContent(fixture(name));
  const change = (random: Random): Uint8Array => {
    const pickle = [...content.keys()].find((one) => one.endsWith("data.pkl")) ?? "";
    const changed = random.next() < 0.7 ? pickle : random.pick([...content.keys()]);
    const record = mutate(content.get(changed) ?? new Uint8Array(), random);
    return archiveOf(new Map([...content, [changed, record]]));
  };
  return { ...seed, change };
}

async function readCheckpoint(path: string): Promise<void> {
  await using file = await TorchFile.open(path);
  await loadAll(file.value, 3);
  findWeights(path, file.value);
}

async function readArrays(path: string): Promise<void> {
  await loadAll(await readNpy(path), 3);
}

/** Tensors in lists and dictionaries; a list may hold itself. */
async function loadAll(value: PickleValue, depth: number): Promise<void> {
  if (isStoredArray(value)) await loadArray(value);
  if (depth === 0) return;
  const inside = value instanceof Map ? [...value.values()] : Array.isArray(value) ? value : [];
  for (const one of inside) await loadAll(one, depth - 1);
}

async function readSafetensors(path: string): Promise<void> {
  await using reader = await SafetensorsReader.open(path);
  for (const name of reader.names) await reader.read(name);
}

function someTar(): Buffer {
  const picture = readFileSync(fixture("images/gif-plain"));
  return tarFile({
    "./n01440764/a.gif": picture,
    [`${"deep/".repeat(30)}b.gif`]: picture,
    "inner.tar": tarFile({ "c.gif": picture, "c.cls": "17" }),
  });
}

/** A tar file gives what is whole of it; that it is damaged is told at its end. */
async function readTar(path: string, bytes: Uint8Array): Promise<void> {
  const file = memoryFile(path, Buffer.from(bytes));
  for await (const { offset, size } of tarMembers(file)) await file.read(offset, size);
}
