import { SpuriousError } from "../errors.js";
import type { ClassMap } from "./class-info.js";
import { benchmarkFeatures, spuriousComponents } from "./facts.js";
import { findClass } from "./find-class.js";

/** Sets of classes that have a name of their own. */
const NAMED_SETS: Readonly<Record<string, (map: ClassMap) => Iterable<number>>> = {
  all: (map) => map.classes.map(({ index }) => index),
  benchmark: () => benchmarkFeatures().map((feature) => feature.class),
  labelled: () => Object.keys(spuriousComponents()).map(Number),
};

/**
 * The classes that a text asks for, ascending: parts joined by commas, each an index, a range of
 * indices (207-210), a WordNet id, a name, or a set: `benchmark` (the 100 of Spurious ImageNet),
 * `labelled` (the 233 with labelled components), `all`.
 * @throws USAGE_INVALID a part names no class or several
 */
export function selectClasses(map: ClassMap, text: string): number[] {
  const known = new Set(map.classes.map(({ index }) => index));
  const chosen = new Set<number>();
  for (const part of text.split(",").map((piece) => piece.trim())) {
    if (part === "") throw invalid(text, "classes joined by commas", "an empty part");
    for (const index of classesOfPart(map, part)) {
      if (!known.has(index))
        throw invalid(part, `classes of ${map.name}`, `index ${String(index)}`);
      chosen.add(index);
    }
  }
  return [...chosen].sort((a, b) => a - b);
}

function classesOfPart(map: ClassMap, part: string): Iterable<number> {
  if (Object.hasOwn(NAMED_SETS, part)) return NAMED_SETS[part]?.(map) ?? [];
  const range = /^(\d+)\s*-\s*(\d+)$/.exec(part);
  if (range === null) return [findClass(map, part).index];
  const first = Number(range[1]);
  const last = Number(range[2]);
  if (last < first) throw invalid(part, "a range from the smaller index to the larger", part);
  if (last - first >= map.classes.length) {
    throw invalid(part, `at most the ${String(map.classes.length)} classes of ${map.name}`, part);
  }
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function invalid(input: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `choosing classes: ${input}: expected ${expected}, got ${got}`,
    { input },
  );
}
