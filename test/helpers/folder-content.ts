import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Every file below a folder as text, by path; what tells when and how fast it was made taken out. */
export function folderContent(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(files.map((name) => [name, timelessText(join(folder, name))]));
}

/** The same of a result that is a folder or a file, whose name is then "". */
export function resultContent(out: string): Map<string, string> {
  return statSync(out).isDirectory() ? folderContent(out) : new Map([["", timelessText(out)]]);
}

/** Asserts that a result, folder or file, has this content. */
export function assertContent(out: string, expected: ReadonlyMap<string, string>): void {
  const found = resultContent(out);
  assert.deepEqual([...found.keys()], [...expected.keys()]);
  for (const [name, text] of found) assert.ok(text === expected.get(name), `${name} differs`);
}

/** Asserts that two folders hold the same files, byte for byte but for times. */
export function assertSameFolders(found: string, expected: string): void {
  assertContent(found, folderContent(expected));
}

/** Whole lines of a text file; 0 where there is none. */
export function lineCount(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

/** In documents, in documents inside tensor files, and on pages. */
function timelessText(path: string): string {
  const times = "started|made|seconds|imagesPerSecond|steadyImagesPerSecond";
  return readFileSync(path, "latin1")
    .replaceAll(new RegExp(`"(${times})": [^,\\n]*`, "g"), '"$1": ')
    .replaceAll(/\\"made\\":\\"[^"]*"/g, "")
    .replaceAll(new RegExp(`<dt>(${times})</dt><dd>[^<]*`, "g"), "");
}
