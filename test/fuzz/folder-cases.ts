import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { PART_FILE } from "../../src/cluster/part.js";
import { Random } from "../helpers/random.js";
import { caseFolder } from "./case-folder.js";
import type { FuzzCase } from "./case.js";
import { damage } from "./damage.js";
import { type Files, type FolderSeed, ROOT, vouched } from "./folder-seed.js";
import { serveCases } from "./serve-cases.js";

/**
 * Serves cases of folders; the first ones are the seeds as they are, which are read. Relative paths
 * in documents are of the folder of the cases.
 */
export function serveFolderCases(seeds: readonly FolderSeed[]): void {
  process.chdir(caseFolder);
  serveCases((index): FuzzCase => {
    const random = new Random(index);
    const isWhole = index < seeds.length;
    const seed = seeds[index] ?? random.pick(seeds);
    const root = join(caseFolder, `case-${String(index)}`);
    write(root, filesOf(seed, root, isWhole ? null : random));
    const read = async (): Promise<void> => {
      const before = outsideOf(root);
      try {
        await seed
          .read((place) => join(root, place))
          .catch((cause: unknown) => {
            throw isWhole ? new Error(`what is not damaged was refused: ${String(cause)}`) : cause;
          });
      } finally {
        const after = outsideOf(root);
        rmSync(root, { recursive: true, force: true });
        refuseOther(before, after);
      }
    };
    const { pointsElsewhere = false, damaged, sealed } = seed;
    const origin = sealed === undefined ? damaged : `${damaged}, hash put right`;
    return { name: root, origin, pointsElsewhere, read };
  });
}

/** @param random null: nothing is damaged */
function filesOf(seed: FolderSeed, root: string, random: Random | null): Files {
  const placed: Record<string, Uint8Array | string> = {};
  for (const [name, content] of Object.entries(seed.files)) {
    placed[name] = typeof content === "string" ? content.replaceAll(ROOT, root) : content;
  }
  const { damaged, sealed } = seed;
  const whole = sealedParts(placed, null);
  if (random === null) return whole;
  const content = damage(damaged, Buffer.from(whole[damaged] ?? ""), random);
  const files = { ...whole, [damaged]: content };
  return sealed === undefined ? files : sealedParts(files, sealed);
}

/** Hashes of files as they are here: paths of this case have come into them. @param only one part */
function sealedParts(files: Files, only: string | null): Files {
  const parts = Object.keys(files).filter((name) => name.endsWith(`/${PART_FILE}`));
  const sealed = parts
    .filter((name) => only === null || dirname(name) === only)
    .map((name) => [name, sealedAnew(files[name] ?? "", dirname(name), files)] as const);
  return { ...files, ...Object.fromEntries(sealed) };
}

function sealedAnew(document: Uint8Array | string, place: string, files: Files): string {
  const within = Object.entries(files).filter(
    ([name]) => name.startsWith(`${place}/`) && !name.endsWith(`/${PART_FILE}`),
  );
  const named = within.map(([name, content]) => [name.slice(place.length + 1), content] as const);
  const part = JSON.parse(Buffer.from(document).toString()) as Record<string, unknown>;
  return JSON.stringify({ ...part, files: vouched(Object.fromEntries(named)) });
}

function write(root: string, files: Files): void {
  mkdirSync(join(root, "out"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

/** All that is there but the folder that results may be written to. */
function outsideOf(root: string): Map<string, string> {
  const found = new Map(readdirSync(caseFolder).map((name) => [name, ""]));
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (path.startsWith(join(root, "out/"))) continue;
    found.set(path, entry.isFile() ? readFileSync(path, "latin1") : "");
  }
  return found;
}

function refuseOther(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) {
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (before.get(name) !== after.get(name)) {
      throw new Error(`${name} was written or removed, which is not the result's`);
    }
  }
}
