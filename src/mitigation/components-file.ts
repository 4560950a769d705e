import { readFile } from "node:fs/promises";
import { SpuriousError } from "../errors.js";
import { spuriousComponents } from "../imagenet/facts.js";
import { parseJson } from "../results/parse-json.js";

export const COMPONENTS_SCHEMA = "spurious-native/components/1";

/** Eigen indices labelled spurious, by class index; classes and indices ascending. */
export type LabelledComponents = ReadonlyMap<number, readonly number[]>;

/**
 * The components to take out.
 * @param spec `paper` (the 322 components of 233 classes labelled for the robust ResNet50), or a
 *   JSON file: `{"94": [1, 3], ...}`, or the document of `label export`
 * @throws ARTEFACT_INVALID
 */
export async function readComponents(spec: string): Promise<LabelledComponents> {
  if (spec === "paper") return sorted(Object.entries(spuriousComponents()));
  let document: unknown;
  try {
    document = parseJson(await readFile(spec, "utf8"));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw invalid(spec, "a JSON file", code === "ENOENT" ? "no such file" : message, cause);
  }
  const { schema, components = document } = (document ?? {}) as Record<string, unknown>;
  if (schema !== undefined && schema !== COMPONENTS_SCHEMA) {
    throw invalid(spec, `schema ${COMPONENTS_SCHEMA}`, JSON.stringify(schema));
  }
  if (typeof components !== "object" || components === null || Array.isArray(components)) {
    throw invalid(spec, 'an object like {"94": [1, 3]}', JSON.stringify(components));
  }
  const entries = Object.entries(components as Record<string, unknown>);
  for (const [key, value] of entries) {
    const isList =
      Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
    if (!/^\d+$/.test(key) || !isList) {
      throw invalid(
        spec,
        "class indices with lists of eigen indices",
        `"${key}": ${JSON.stringify(value)}`,
      );
    }
  }
  const labelled = sorted(entries as [string, number[]][]);
  if (labelled.size === 0) throw invalid(spec, "at least one component", "none");
  return labelled;
}

function sorted(entries: readonly (readonly [string, readonly number[]])[]): LabelledComponents {
  const lists = entries
    .map(([key, list]) => [Number(key), [...new Set(list)].sort((a, b) => a - b)] as const)
    .filter(([, list]) => list.length > 0)
    .sort(([a], [b]) => a - b);
  return new Map(lists);
}

function invalid(path: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading components: ${path}: expected ${expected}, got ${got}`,
    { input: path, cause },
  );
}
