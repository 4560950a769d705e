import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { findLocations } from "../../src/config/locations.js";
import { evaluateMany } from "../../src/evaluation/evaluate-many.js";
import { readModelList } from "../../src/evaluation/model-list.js";
import { type RandomAccess, memoryFile } from "../../src/sources/random-access.js";
import { TarIndex } from "../../src/sources/tar-index.js";
import type { TarMember } from "../../src/sources/tar-members.js";
import { tarFile } from "../helpers/tar.js";
import { caseFolder } from "./case-folder.js";
import type { FolderSeed } from "./folder-seed.js";

/** Lists of models, the configuration, and the indices of tar files in the cache. */
export async function sourceSeeds(): Promise<FolderSeed[]> {
  return [
    {
      files: {
        "given/models.txt":
          "# mine\na/model.pt\nb/model.pt # another\n../../model\n.. \n/\n./x/..\n",
        "given/val/n01440764/0.png": "",
        "given/spurious/n01440764/0.png": "",
      },
      damaged: "given/models.txt",
      read: evaluateList,
    },
    {
      files: { "given/spurious-native.config.json": '{"data": "a", "val": "../b"}' },
      damaged: "given/spurious-native.config.json",
      read: (at) => Promise.resolve().then(() => findLocations({ cwd: at("given"), env: {} })),
    },
    await keptIndex(),
  ];
}

/** None of the models is there: each fails by itself. */
async function evaluateList(at: (place: string) => string): Promise<void> {
  const models = await readModelList(at("given/models.txt"));
  const data = { data: at("given/spurious"), val: at("given/val") };
  const { models: outcomes } = await evaluateMany({ ...data, models, out: at("out/many") });
  const folders = new Set(outcomes.map(({ out }) => out));
  assert.equal(folders.size, outcomes.length, "two models share a folder");
  for (const { out, error, name } of outcomes) {
    assert.equal(out, join(at("out/many"), name));
    assert.ok(out.startsWith(at("out/many/")) && out !== at("out/many/"), `${out} is elsewhere`);
    assert.ok(error !== null && error.code !== "INTERNAL", `${name}: ${String(error?.message)}`);
  }
}

const TAR = Buffer.concat([
  tarFile({ "a/0.jpg": "picture", "a/0.cls": "94", "b/1.jpg": "another" }),
  // Small ones are not kept.
  Buffer.alloc(1 << 23),
]);

const tarAccess = (): RandomAccess => ({ ...memoryFile("/data/a.tar", TAR), blockSize: 1 << 14 });

async function membersOf(folder: string): Promise<TarMember[]> {
  const index = await TarIndex.of(tarAccess(), { folder });
  assert.equal(index.damage, null);
  const members: TarMember[] = [];
  for await (const one of index.members()) members.push(one);
  return members;
}

/** A cache is no more than a help: whatever is in it, the members are those of the tar file. */
async function keptIndex(): Promise<FolderSeed> {
  const folder = join(caseFolder, "tar-index");
  mkdirSync(folder);
  const members = await membersOf(folder);
  const [name = ""] = readdirSync(folder);
  const damaged = `out/cache/${name}`;
  return {
    files: { [damaged]: readFileSync(join(folder, name)) },
    damaged,
    read: async (at) => {
      for (let n = 0; n < 2; n++) assert.deepEqual(await membersOf(at("out/cache")), members);
    },
  };
}
