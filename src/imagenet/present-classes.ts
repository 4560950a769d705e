import { SpuriousError } from "../errors.js";
import { type ClassInfo, classInfos, type ClassMap } from "./class-info.js";
import { describeClasses } from "./find-class.js";

/** Classes by whether a head has a column for them, both ascending. */
export interface PresentClasses {
  readonly present: ReadonlySet<number>;
  readonly missing: readonly ClassInfo[];
}

export interface PresentClassesOptions {
  /** Whose classes they are, for messages: "the benchmark". */
  readonly of: string;
  /** Give the others instead of refusing. */
  readonly allowMissing?: boolean | undefined;
}

/** Classes named in a message. */
const NAMED = 10;

/**
 * Tells classes that the head has a column for from those that it has none for (where the original
 * stops with a KeyError).
 * @throws CLASS_MAP_INVALID a class has none, unless that is allowed and another one has
 */
export function presentClasses(
  map: ClassMap,
  indices: Iterable<number>,
  { of, allowMissing = false }: PresentClassesOptions,
): PresentClasses {
  const infoOf = classInfos(map);
  const wanted = [...new Set(indices)].sort((a, b) => a - b);
  const present = new Set(wanted.filter((index) => map.columnOf(index) !== -1));
  const missing = wanted.filter((index) => !present.has(index)).map(infoOf);
  if (missing.length === 0 || (allowMissing && present.size > 0)) return { present, missing };
  const more = missing.length - NAMED;
  throw new SpuriousError(
    "CLASS_MAP_INVALID",
    `matching classes: ${map.name}: expected a column for every class of ${of}, got none for ` +
      describeClasses(missing.slice(0, NAMED)) +
      (more > 0 ? ` and ${String(more)} more` : ""),
    {
      input: map.name,
      hint:
        present.size > 0
          ? "pass --allow-missing-classes to leave these classes out"
          : "pass the model's own --class-map: none of the classes has a column in this one",
    },
  );
}
