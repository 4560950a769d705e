import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { requireSameSettings } from "../pca/same-settings.js";
import { type DocumentKind, readShaped } from "../results/read-document.js";
import { ATTEMPT_FILE } from "./attempt-work.js";
import {
  ATTEMPT_SCHEMA,
  ATTEMPTS,
  type AttemptDocument,
  type AttemptSettings,
  keyOf,
  settingsKey,
} from "./attempts.js";
import { readPartIfPresent, requireSamePart } from "./part.js";
import { partsNamed } from "./shard.js";

const ATTEMPT_KIND: DocumentKind<AttemptDocument> = {
  schema: ATTEMPT_SCHEMA,
  shape: t.isPartial({ command: t.isString(), settings: t.isRecord(t.isUnknown()) }),
  expected: "command and settings",
};

/**
 * Refuses to go on with work on any part of a whole that was begun with other settings, whether or not
 * there is work on the part that is to be done.
 * @param parts folder of all parts
 * @param of number of parts of the whole
 * @throws RESUME_MISMATCH naming the setting that differs; RESULT_INVALID
 */
export async function requireEarlierSettings(
  parts: string,
  of: number,
  about: AttemptSettings,
): Promise<void> {
  for (const folder of await partsOf(parts, of)) {
    const part = await readPartIfPresent(folder);
    if (part === null) continue;
    requireSamePart(part, { ...about, shard: part.document.shard });
    break;
  }
  const attempts = await partsOf(join(parts, ATTEMPTS), of);
  const key = settingsKey(about);
  if (attempts.some((folder) => keyOf(folder) === key)) return;
  for (const folder of attempts) {
    const attempt = await readAttempt(folder);
    if (attempt === null) continue;
    const { command, settings } = attempt;
    requireSameSettings(
      "going on with a part",
      folder,
      { command: about.command, ...about.settings },
      { command, ...settings },
    );
  }
}

async function partsOf(folder: string, of: number): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => partsNamed(name) === of)
    .sort()
    .map((name) => join(folder, name));
}

/** null where it has ended meanwhile, or was killed before it said what it is about. */
async function readAttempt(folder: string): Promise<AttemptDocument | null> {
  return await readShaped(join(folder, ATTEMPT_FILE), ATTEMPT_KIND, invalid);
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "RESULT_INVALID",
    `reading an attempt at a part: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause, hint: "pass --force to start over" },
  );
}
