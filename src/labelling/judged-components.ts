import { SpuriousError } from "../errors.js";
import {
  type AnswerEntry,
  type ComponentId,
  currentAnswers,
  type Judgement,
  keyOf,
} from "./answers.js";
import type { LabelsFile } from "./labels-file.js";

/** What one person says about a component. */
export interface Judged {
  readonly annotator: string;
  readonly judgement: Judgement;
  readonly note: string;
}

/** A component that at least one person judged. */
export interface JudgedComponent extends ComponentId {
  /** Name of the class. */
  readonly label: string;
  /** In the order of the files; who skipped it is missing. */
  readonly judged: readonly Judged[];
}

/** Components with the judgements about them, ascending by class and eigen index. */
export function judgedComponents(files: readonly LabelsFile[]): JudgedComponent[] {
  const found = new Map<string, JudgedComponent & { judged: Judged[] }>();
  for (const { header, entries } of files) {
    for (const entry of currentAnswers(entries).values()) {
      const { answer, note } = entry;
      if (answer === "skip") continue;
      const one = found.get(keyOf(entry)) ?? begin(entry);
      one.judged.push({ annotator: header.annotator, judgement: answer, note });
      found.set(keyOf(entry), one);
    }
  }
  return [...found.values()].sort((a, b) => a.class - b.class || a.component - b.component);
}

/** Components about which two people say different things. */
export function disagreements(components: readonly JudgedComponent[]): JudgedComponent[] {
  return components.filter(
    ({ judged }) => new Set(judged.map(({ judgement }) => judgement)).size > 1,
  );
}

/** @throws USAGE_INVALID a file is an adjudicator's */
export function requireAnnotators(what: string, files: readonly LabelsFile[]): void {
  const decided = files.find(({ header }) => header.role === "adjudicator");
  if (decided === undefined) return;
  throw new SpuriousError(
    "USAGE_INVALID",
    `${what}: ${decided.path}: expected an annotator's labels, got an adjudicator's`,
    {
      input: decided.path,
      hint: "an adjudicator has seen the others' answers; `label export` takes the file",
    },
  );
}

function begin({ class: index, component, label }: AnswerEntry) {
  return { class: index, component, label, judged: [] as Judged[] };
}
