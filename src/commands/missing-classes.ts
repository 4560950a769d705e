import { plainLabel } from "../results/terminal-table.js";

/** What a person should know of classes that --allow-missing-classes left out, by provenance. */
export function missingClassWarnings(provenance: Readonly<Record<string, unknown>>): string[] {
  const missing = (provenance["missingClasses"] ?? []) as { index: number; label: string }[];
  return missing.map(
    ({ index, label }) =>
      `class ${String(index)} (${plainLabel(label)}) left out: the model's head has no column for it`,
  );
}
