/** What every entry of an annotation file has. */
export interface Stamped {
  /** Number of the entry in its file, from 1. */
  readonly n: number;
  /** ISO 8601 */
  readonly time: string;
}

/** Takes an answer back; what was said before about its item holds again. */
export interface UndoEntry extends Stamped {
  /** Number of the entry taken back. */
  readonly undo: number;
}

export type Entry<Answer extends Stamped> = Answer | UndoEntry;

/** What holds after all entries: the last answer about each item that was not taken back. */
export function lastAnswers<Answer extends Stamped>(
  entries: readonly Entry<Answer>[],
  keyOf: (answer: Answer) => string,
): Map<string, Answer> {
  const current = new Map<string, Answer>();
  for (const entry of standing(entries)) current.set(keyOf(entry), entry);
  return current;
}

/** The answer that an undo takes back; null where there is none. */
export function lastStanding<Answer extends Stamped>(
  entries: readonly Entry<Answer>[],
): Answer | null {
  return standing(entries).at(-1) ?? null;
}

function standing<Answer extends Stamped>(entries: readonly Entry<Answer>[]): Answer[] {
  const undone = new Set(entries.flatMap((entry) => ("undo" in entry ? [entry.undo] : [])));
  return entries.filter((entry): entry is Answer => !("undo" in entry) && !undone.has(entry.n));
}
