/** Options of a command line that are taken out of it. */
export interface TakenOut {
  /** Followed by a value, as `--out DIR` or `--out=DIR`. */
  readonly valued: readonly string[];
  readonly switches: readonly string[];
}

/** A command line without some options, for a process that is told its own. */
export function withoutOptions(args: readonly string[], { valued, switches }: TakenOut): string[] {
  const kept: string[] = [];
  const { length } = optionsOf(args);
  for (let i = 0; i < length; i++) {
    const arg = args[i] ?? "";
    if (valued.includes(arg)) i += 1;
    else if (!switches.includes(arg) && !valued.includes(arg.split("=")[0] ?? "")) kept.push(arg);
  }
  return [...kept, ...args.slice(length)];
}

/** A command line with more options: before a `--`, behind which there are none. */
export function withOptions(args: readonly string[], options: readonly string[]): string[] {
  const before = optionsOf(args);
  return [...before, ...options, ...args.slice(before.length)];
}

function optionsOf(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end === -1 ? args : args.slice(0, end);
}
