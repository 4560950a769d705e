// Stamps: a build product is up to date when the hash of all it was made from is the one written
// beside it.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * All files below a folder, sorted; none when it does not exist.
 * @param {string} folder
 * @param {(path: string) => boolean} [accept]
 * @returns {string[]} absolute paths
 */
export function listFiles(folder, accept = () => true) {
  /** @type {string[]} */
  const files = [];
  for (const entry of readEntries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...listFiles(path, accept));
    else if (accept(path)) files.push(path);
  }
  return files.sort();
}

/** @param {string} folder */
function readEntries(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * A hash of file names (relative to `base`), their contents and anything else that matters.
 * @param {string} base
 * @param {string[]} files
 * @param {unknown} [rest] whatever JSON can hold
 */
export function hashInputs(base, files, rest = null) {
  const hash = createHash("sha256").update(JSON.stringify(rest));
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`\n${relative(base, file)} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** @param {string} path @param {string} expected */
export function isStamped(path, expected) {
  return readText(path) === expected;
}

/** @param {string} path @param {string} value */
export function writeStamp(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, value);
}

/** The text of a file, or null when it cannot be read. @param {string} path */
export function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
