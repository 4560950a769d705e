import { SpuriousError } from "../errors.js";

/** What decides a result, by name; values as JSON has them. */
export type Settings = Readonly<Record<string, unknown>>;

/**
 * Refuses to go on with work that was begun with other settings.
 * @param what "resuming a PCA"
 * @param path of what was begun
 * @param got its settings; undefined where none were recorded
 * @throws RESUME_MISMATCH naming the first setting that differs
 */
export function requireSameSettings(
  what: string,
  path: string,
  wanted: Settings,
  got: Settings | undefined,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const [expected, found] = [textOf(value), textOf(got?.[name])];
    if (expected === found) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `${what}: ${path}: expected ${name} ${expected}, got ${found}`,
      { input: path },
    );
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "none");
}

/** "94,207-210": ascending indices as ranges. */
export function indexRanges(indices: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const index of indices) {
    const range = ranges.at(-1);
    if (range !== undefined && index === range[1] + 1) range[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(",");
}
