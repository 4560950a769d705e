import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Engine } from "../../src/models/engine.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { Random } from "../helpers/random.js";
import { archiveContent, archiveOf } from "./archive-content.js";
import { caseFolder } from "./case-folder.js";
import { mutate } from "./mutations.js";
import { serveCases } from "./serve-cases.js";

const SEEDS = [
  "traced-conv.pt",
  "scripted-conv.pt",
  "vit.pt",
  "convnext.pt",
  "control-flow.pt",
  "returns-dict-scripted.pt",
  "temperature-buffer.pt",
  "half-bf16.pt",
].map((name) => ({
  name,
  bytes: readFileSync(modelFile(name)),
  content: archiveContent(modelFile(name)),
}));

/** As damage makes them, or, every other one, as somebody who puts the checksums right again. */
serveCases((index) => {
  const random = new Random(index);
  const { name: seed, bytes, content } = random.pick(SEEDS);
  const path = join(caseFolder, `model-${String(index)}.pt`);
  if (index % 2 === 0) {
    writeFileSync(path, mutate(bytes, random));
    return { name: path, origin: seed, read: () => load(path) };
  }
  // Programs and descriptions of tensors break in more ways than weights.
  const names = [...content.keys()];
  const texts = names.filter((name) => /\.(pkl|py)$/.test(name));
  const changed = random.pick(random.next() < 0.5 ? texts : names);
  const record = mutate(content.get(changed) ?? new Uint8Array(), random);
  writeFileSync(path, archiveOf(new Map([...content, [changed, record]])));
  return { name: path, origin: `${seed}: ${changed}`, read: () => load(path) };
});

async function load(path: string): Promise<void> {
  try {
    await using engine = await Engine.load(path, { device: "cpu", threads: 1 });
    await engine.fixedBatch(32, 32).catch(() => null);
  } finally {
    rmSync(path);
  }
}
