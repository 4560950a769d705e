import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { Random } from "../helpers/random.js";
import { caseFolder } from "./case-folder.js";
import type { FuzzCase } from "./case.js";
import { damage } from "./damage.js";
import { documentSeeds } from "./document-seeds.js";
import { serveCases } from "./serve-cases.js";

const SEEDS = await documentSeeds();

serveCases((index): FuzzCase => {
  const random = new Random(index);
  const seed = random.pick(SEEDS);
  const folder = join(caseFolder, `case-${String(index)}`);
  const files = {
    ...seed.files,
    [seed.name]: damage(seed.name, Buffer.from(seed.files[seed.name] ?? ""), random),
  };
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
