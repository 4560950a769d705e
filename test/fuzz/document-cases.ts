import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { Random } from "../helpers/random.js";
import { caseFolder } from "./case-folder.js";
import type { FuzzCase } from "./case.js";
import { type DocumentSeed, documentSeeds } from "./document-seeds.js";
import { mutateJson } from "./json-mutations.js";
import { mutate } from "./mutations.js";
import { serveCases } from "./serve-cases.js";

const SEEDS = await documentSeeds();

serveCases((index): FuzzCase => {
  const random = new Random(index);
  const seed = random.pick(SEEDS);
  const folder = join(caseFolder, `case-${String(index)}`);
  const files = { ...seed.files, [seed.name]: damaged(seed, random) };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const read = (): Promise<unknown> =>
    seed
      .read(folder, join(folder, seed.name))
      .finally(() => rmSync(folder, { recursive: true, force: true }));
  return { name: folder, origin: seed.name, read };
});

function damaged({ files, name }: DocumentSeed, random: Random): Uint8Array {
  const content = Buffer.from(files[name] ?? "");
  if (name.endsWith(".json")) return mutateJson(content.toString(), random);
  if (!name.endsWith(".jsonl") || random.next() < 0.3) return mutate(content, random);
  const lines = content.toString().trimEnd().split("\n");
  const at = random.integer(0, lines.length - 1);
  lines[at] = Buffer.from(mutateJson(lines[at] ?? "", random)).toString();
  return Buffer.from(`${lines.join("\n")}\n`);
}
