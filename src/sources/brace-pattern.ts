import { SpuriousError } from "../errors.js";

/** More names than this are a slip of the keyboard. */
const MOST_NAMES = 1_000_000;

/**
 * The names that a pattern stands for, as a shell has it: `{000..012}` counts, keeping leading zeros,
 * `{a,b}` lists. A text without such braces is itself.
 * @throws USAGE_INVALID more than a million names
 */
export function expandBraces(pattern: string): string[] {
  const found = /\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}/.exec(pattern);
  if (found === null) return [pattern];
  const [whole, first, last, list] = found;
  const before = pattern.slice(0, found.index);
  const choices = list?.split(",") ?? countFrom(pattern, first ?? "", last ?? "");
  const rests = expandBraces(pattern.slice(found.index + whole.length));
  if (choices.length * rests.length > MOST_NAMES) throw tooMany(pattern);
  return choices.flatMap((choice) => rests.map((rest) => before + choice + rest));
}

function countFrom(pattern: string, first: string, last: string): string[] {
  const [from, to] = [Number(first), Number(last)];
  const length = Math.abs(to - from) + 1;
  if (length > MOST_NAMES) throw tooMany(pattern);
  const step = Math.sign(to - from);
  const isPadded = [first, last].some((text) => text.length > 1 && text.startsWith("0"));
  const width = isPadded ? Math.max(first.length, last.length) : 0;
  return Array.from({ length }, (_, i) => String(from + i * step).padStart(width, "0"));
}

function tooMany(pattern: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `reading a pattern of names: ${pattern}: expected at most ${String(MOST_NAMES)} names, got more`,
    { input: pattern },
  );
}
