import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SpuriousError } from "../errors.js";
import { type Answer, type ComponentId, currentAnswers, keyOf } from "./answers.js";
import { isLabelsName } from "./annotator-name.js";
import { type LabelsFile, readLabels } from "./labels-file.js";

/** What somebody else said about a component. */
export interface OtherAnswer {
  readonly annotator: string;
  readonly answer: Answer;
  readonly note: string;
}

/** Finds what others said. */
export type OtherAnswers = (id: ComponentId) => readonly OtherAnswer[];

/** Labels files of a folder but one; a folder that does not exist has none. @throws ARTEFACT_INVALID */
export async function labelsBeside(own: string, folder: string): Promise<LabelsFile[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const paths = names.filter(isLabelsName).map((name) => join(folder, name));
  const others = paths.filter((path) => resolve(path) !== resolve(own)).sort();
  return Promise.all(others.map(readLabels));
}

/** Answers of files that were read before, by component. */
export function otherAnswers(files: readonly LabelsFile[]): OtherAnswers {
  const current = files.map(({ header, entries }) => ({
    annotator: header.annotator,
    answers: currentAnswers(entries),
  }));
  return (id) =>
    current.flatMap(({ annotator, answers }) => {
      const said = answers.get(keyOf(id));
      return said === undefined ? [] : [{ annotator, answer: said.answer, note: said.note }];
    });
}

/**
 * Labels of several people are of the same components.
 * @throws ARTEFACT_INVALID they are of different models or PCAs, or one person's are given twice
 */
export function requireComparable(files: readonly LabelsFile[]): void {
  const [first] = files;
  if (first === undefined) return;
  const pcas = new Map<number, { pca: string | null; path: string }>();
  const names = new Set<string>();
  for (const { path, header, entries } of files) {
    if (header.model !== first.header.model) {
      throw differ(path, `labels of model ${named(first.header.model)}`, named(header.model));
    }
    const name = `${header.role} ${header.annotator}`;
    if (names.has(name)) throw differ(path, "every annotator once", `${name} twice`);
    names.add(name);
    for (const { class: index, pca } of currentAnswers(entries).values()) {
      const known = pcas.get(index);
      if (known === undefined) pcas.set(index, { pca, path });
      else if (known.pca !== pca) {
        throw differ(
          path,
          `class ${String(index)} from PCA ${named(known.pca)} (${known.path})`,
          named(pca),
        );
      }
    }
  }
}

function named(hash: string | null): string {
  return hash?.slice(0, 12) ?? "unknown";
}

function differ(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `comparing labels: ${path}: expected ${expected}, got ${got}`,
    { input: path, hint: "compare labels of the same evidence, each annotator's once" },
  );
}
