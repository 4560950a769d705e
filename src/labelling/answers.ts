/** What a person can say about a component; `skip` is no judgement and never counts as one. */
export const ANSWERS = ["spurious", "not spurious", "inconsistent", "skip"] as const;

export type Answer = (typeof ANSWERS)[number];

/** An answer that says something. */
export type Judgement = Exclude<Answer, "skip">;

export const JUDGEMENTS = ["spurious", "not spurious", "inconsistent"] as const;

/** Which component: class index and eigen index. */
export interface ComponentId {
  readonly class: number;
  readonly component: number;
}

/** One answer, as the file keeps it. */
export interface AnswerEntry extends ComponentId {
  /** Number of the entry in its file, from 1. */
  readonly n: number;
  /** ISO 8601 */
  readonly time: string;
  /** Name of the class, for people who read the file. */
  readonly label: string;
  /** Hash of the class's PCA: another PCA has other components. */
  readonly pca: string | null;
  readonly answer: Answer;
  readonly note: string;
  /** Whether scores and other annotators were hidden. */
  readonly blind: boolean;
}

/** Takes an answer back; what was said before about its component holds again. */
export interface UndoEntry {
  readonly n: number;
  readonly time: string;
  /** Number of the entry taken back. */
  readonly undo: number;
}

export type LabelEntry = AnswerEntry | UndoEntry;

/** A component's key in maps. */
export function keyOf({ class: index, component }: ComponentId): string {
  return `${String(index)}:${String(component)}`;
}

/** What holds after all entries: the last answer of each component that was not taken back. */
export function currentAnswers(entries: readonly LabelEntry[]): Map<string, AnswerEntry> {
  const current = new Map<string, AnswerEntry>();
  for (const entry of standing(entries)) current.set(keyOf(entry), entry);
  return current;
}

/** The answer that an undo takes back; null where there is none. */
export function lastStanding(entries: readonly LabelEntry[]): AnswerEntry | null {
  return standing(entries).at(-1) ?? null;
}

function standing(entries: readonly LabelEntry[]): AnswerEntry[] {
  const undone = new Set(entries.flatMap((entry) => ("undo" in entry ? [entry.undo] : [])));
  return entries.filter(
    (entry): entry is AnswerEntry => !("undo" in entry) && !undone.has(entry.n),
  );
}
