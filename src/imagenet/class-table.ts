import { SpuriousError } from "../errors.js";
import type { ClassInfo, ClassMap } from "./class-info.js";

/** A class and its column; -1 when the head lacks it. */
export interface ClassColumn extends ClassInfo {
  readonly column: number;
}

/**
 * Makes a class map of a list, in any order.
 * @param width outputs of the head
 * @param source what errors call it: the file, where it has another name of its own
 * @throws CLASS_MAP_INVALID an index or a column that is no whole number, lies outside the head or
 *   is used twice
 */
export function classTable(
  name: string,
  entries: readonly ClassColumn[],
  width: number,
  source = name,
): ClassMap {
  const columnByClass = new Map<number, number>();
  const classByColumn = new Map<number, number>();
  for (const { index, column } of entries) {
    if (!Number.isInteger(index) || index < 0 || columnByClass.has(index)) {
      throw invalid(
        source,
        `every class index once, as a whole number from 0, got ${index}`,
        index,
      );
    }
    columnByClass.set(index, column);
    if (column === -1) {
      continue;
    }
    if (!Number.isInteger(column) || column < 0 || column >= width) {
      throw invalid(source, `columns from 0 to ${width - 1}, got ${column}`, index);
    }
    if (classByColumn.has(column)) {
      const first = String(classByColumn.get(column));
      throw invalid(source, `one class per column, got column ${column} of class ${first}`, index);
    }
    classByColumn.set(column, index);
  }
  const classes = entries
    .map(({ index, wnid, label, synonyms }) => ({ index, wnid, label, synonyms }))
    .sort((a, b) => a.index - b.index);
  return {
    name,
    classes,
    width,
    columnOf: (classIndex) => columnByClass.get(classIndex) ?? -1,
    classOf: (column) => classByColumn.get(column) ?? -1,
  };
}

function invalid(name: string, expected: string, index: number): SpuriousError {
  return new SpuriousError(
    "CLASS_MAP_INVALID",
    `class map not usable: ${name}, class ${index}: expected ${expected}`,
    { input: name },
  );
}
