import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { PART_FILE, PART_SCHEMA, type PartCommand } from "../../src/cluster/part.js";
import { sha256 } from "../helpers/preprocess-reference.js";

/** Content by path from the folder of the case, with `/`. */
export type Files = Readonly<Record<string, Uint8Array | string>>;

/** Where a case lies, in texts of its files. */
export const ROOT = "@ROOT@";

/** Results as somebody else hands them on, one file of which is damaged, and what reads them. */
export interface FolderSeed {
  /**
   * What is below `given/` must stay as it is, and nothing may appear beside it but below `out/`,
   * whatever becomes of the reading. In texts `ROOT` stands for the folder of the case.
   */
  readonly files: Files;
  /** The one that is damaged. */
  readonly damaged: string;
  /** Folder of the part that the damaged file belongs to: its hash is put right again. */
  readonly sealed?: string;
  /** An error may name what the damaged file points to, and not the file. */
  readonly pointsElsewhere?: true;
  /** @param at absolute path of a place in the case's folder */
  read(at: (place: string) => string): Promise<unknown>;
}

export function jsonOf(document: unknown): string {
  return JSON.stringify(document);
}

/** The files of a folder of this machine, those of folders in it too, as those of a place of a case. */
export function filesBelow(folder: string, place: string): Record<string, Uint8Array> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  return Object.fromEntries(
    files.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return [`${place}${path.slice(folder.length)}`, readFileSync(path)];
    }),
  );
}

export interface SeedPart {
  readonly command: PartCommand;
  readonly index: number;
  readonly of: number;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The files of a whole part at a place, with its part.json. @param files by path within the part */
export function partFiles(place: string, part: SeedPart, files: Files): Files {
  const { command, index, of, settings } = part;
  const document = {
    schema: PART_SCHEMA,
    command,
    shard: { index, of },
    settings,
    work: { done: 4, unit: "images", seconds: 1 },
    files: vouched(files),
  };
  const within = Object.entries(files).map(
    ([name, content]) => [`${place}/${name}`, content] as const,
  );
  return { ...Object.fromEntries(within), [`${place}/${PART_FILE}`]: jsonOf(document) };
}

/** What part.json says of files. */
export function vouched(files: Files): Record<string, { bytes: number; sha256: string }> {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => {
      const bytes = Buffer.from(content);
      return [name, { bytes: bytes.length, sha256: sha256(bytes) }];
    }),
  );
}
