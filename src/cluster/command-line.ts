/** Options of a command line that are taken out of it. */
export interface TakenOut {
  /** Followed by a value, as `--out DIR` or `--out=DIR`. */
  readonly valued: readonly string[];
  readonly switches: readonly string[];
}

/** A command line without some options, for a process that is told its own. */
export function withoutOptions(args: readonly string[], { valued, switches }: TakenOut): string[] {
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (valued.includes(arg)) i += 1;
    else if (!switches.includes(arg) && !valued.includes(arg.split("=")[0] ?? "")) kept.push(arg);
  }
  return kept;
}
