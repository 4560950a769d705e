import { readFile } from "node:fs/promises";
import { basename, dirname, parse, resolve } from "node:path";
import { SpuriousError } from "../errors.js";

/** A model and what its result folder is called. */
export interface NamedModel {
  readonly name: string;
  readonly model: string;
}

/**
 * Paths of models from a text file: one on each line, relative to the current folder; what follows a
 * `#` at the start of a line or after a blank is a comment.
 * @throws USAGE_INVALID the file cannot be read or names no model
 */
export async function readModelList(file: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(file, "a text file", code === "ENOENT" ? "no such file" : message, cause);
  }
  const paths = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
  if (paths.length === 0) throw invalid(file, "the path of a model on each line", "none");
  return paths;
}

const NO_NAMES = ["", ".", ".."];

/**
 * The models by name: the stem of the file, where several share it with their folder's name in
 * front, and where that is not enough with a number behind. A file given twice counts once.
 */
export function nameModels(paths: readonly string[]): NamedModel[] {
  const once = paths.filter(
    (path, i) => paths.findIndex((other) => resolve(other) === resolve(path)) === i,
  );
  const stems = once.map((path) => {
    const { name } = parse(path);
    // Folders of results are named so, below the one that is asked for.
    return NO_NAMES.includes(name) ? "model" : name;
  });
  const names = once.map((path, i) => {
    const stem = stems[i] ?? "";
    const shared = stems.filter((other) => other === stem).length > 1;
    return shared ? `${basename(dirname(resolve(path)))}-${stem}` : stem;
  });
  const taken = new Set<string>();
  return once.map((model, i) => {
    const wanted = names[i] ?? "";
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}-${String(n)}`;
    taken.add(name);
    return { name, model };
  });
}

function invalid(file: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `reading the list of models: ${file}: expected ${expected}, got ${got}`,
    { input: file, cause },
  );
}
