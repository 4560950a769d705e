import type { Answer, AnswerEntry } from "../../src/labelling/answers.js";
import { LABELS_SCHEMA, type LabelsHeader, labelsText } from "../../src/labelling/labels-file.js";

export const MODEL = "aa".repeat(32);

export function labelsHeader(more: Partial<LabelsHeader> = {}): LabelsHeader {
  const created = "2026-01-01T00:00:00.000Z";
  return {
    schema: LABELS_SCHEMA,
    annotator: "anna",
    role: "annotator",
    model: MODEL,
    created,
    ...more,
  };
}

/** An answer about component n - 1 of class 3, unless told otherwise. */
export function answerEntry(
  n: number,
  answer: Answer,
  more: Partial<AnswerEntry> = {},
): AnswerEntry {
  const time = "2026-01-01T00:00:01.000Z";
  const about = { class: 3, label: "fish", component: n - 1, pca: null };
  return { n, time, ...about, answer, note: "", blind: false, ...more };
}

/** A labels file of one answer for each component of class 3. */
export function labelsOf(annotator: string, answers: readonly Answer[]): string {
  return labelsText(
    labelsHeader({ annotator }),
    answers.map((answer, i) => answerEntry(i + 1, answer)),
  );
}
