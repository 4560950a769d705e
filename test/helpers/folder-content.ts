import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Every file below a folder as text, by path; times of the documents' provenance taken out. */
export function folderContent(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  return new Map(
    files.map((name) => {
      const text = readFileSync(join(folder, name)).toString("latin1");
      return [name, name.endsWith(".json") ? withoutTimes(text) : text];
    }),
  );
}

/** Asserts that two folders hold the same files, byte for byte but for times. */
export function assertSameFolders(found: string, expected: string): void {
  const [left, right] = [folderContent(found), folderContent(expected)];
  assert.deepEqual([...left.keys()], [...right.keys()]);
  for (const [name, text] of left) assert.ok(text === right.get(name), `${name} differs`);
}

/** Whole lines of a text file; 0 where there is none. */
export function lineCount(path: string): number {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
}

function withoutTimes(text: string): string {
  return text.replaceAll(/"(started|made)": "[^"]*"/g, '"$1": ""');
}
