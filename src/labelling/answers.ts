import { type Entry, lastAnswers, type Stamped } from "../annotation/entries.js";

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
export interface AnswerEntry extends ComponentId, Stamped {
  /** Name of the class, for people who read the file. */
  readonly label: string;
  /** Hash of the class's PCA: another PCA has other components. */
  readonly pca: string | null;
  readonly answer: Answer;
  readonly note: string;
  /** Whether scores and other annotators were hidden. */
  readonly blind: boolean;
}

export type LabelEntry = Entry<AnswerEntry>;

/** A component's key in maps. */
export function keyOf({ class: index, component }: ComponentId): string {
  return `${String(index)}:${String(component)}`;
}

/** What holds after all entries: the last answer of each component that was not taken back. */
export function currentAnswers(entries: readonly LabelEntry[]): Map<string, AnswerEntry> {
  return lastAnswers<AnswerEntry>(entries, keyOf);
}
