import { readFile } from "node:fs/promises";
import {
  type EntriesFile,
  type EntriesFormat,
  entriesText,
  invalidEntries,
  isWhole,
  parseEntries,
} from "../annotation/entries-file.js";
import { EntriesWriter } from "../annotation/entries-writer.js";
import { ANSWERS, type AnswerEntry, keyOf, type LabelEntry } from "./answers.js";

export const LABELS_SCHEMA = "spurious-native/labels/1";

export interface LabelsHeader {
  readonly schema: typeof LABELS_SCHEMA;
  readonly annotator: string;
  /** An adjudicator's answers decide where annotators differ. */
  readonly role: "annotator" | "adjudicator";
  /** SHA-256 of the model whose components were labelled. */
  readonly model: string | null;
  /** ISO 8601 */
  readonly created: string;
}

export type LabelsFile = EntriesFile<LabelsHeader, AnswerEntry>;

/** An annotator's file, open for appending. */
export type LabelsWriter = EntriesWriter<LabelsHeader, AnswerEntry>;

const FORMAT: EntriesFormat<LabelsHeader, AnswerEntry> = {
  what: "labels",
  schema: LABELS_SCHEMA,
  header: ({ annotator, role, model, created }, fault) => {
    if (typeof annotator !== "string" || annotator === "") {
      throw fault("the annotator's name", JSON.stringify(annotator) ?? "none");
    }
    if (role !== "annotator" && role !== "adjudicator") {
      throw fault("role annotator or adjudicator", JSON.stringify(role) ?? "none");
    }
    if (model !== null && typeof model !== "string") {
      throw fault("model as text or null", JSON.stringify(model) ?? "none");
    }
    return { schema: LABELS_SCHEMA, annotator, role, model, created: created as string };
  },
  isAnswer: (entry) =>
    isWhole(entry["class"]) &&
    isWhole(entry["component"]) &&
    (ANSWERS as readonly unknown[]).includes(entry["answer"]) &&
    typeof entry["label"] === "string" &&
    typeof entry["note"] === "string" &&
    (entry["pca"] === null || typeof entry["pca"] === "string") &&
    typeof entry["blind"] === "boolean",
  keyOf,
};

/** Who labels what; a file is gone on with by the same only. */
export type LabelsOwner = Pick<LabelsHeader, "annotator" | "role" | "model">;

/**
 * Opens an annotator's file, or begins it.
 * @throws USAGE_INVALID another process has it open; RESUME_MISMATCH it is somebody else's, or of
 *   another model; ARTEFACT_INVALID, OUTPUT_WRITE_FAILED
 */
export function openLabels(path: string, owner: LabelsOwner): Promise<LabelsWriter> {
  const hint = "choose another --annotator or another --labels folder";
  return EntriesWriter.open(path, FORMAT, owner, { hint });
}

/**
 * A labels file.
 * @throws ARTEFACT_INVALID missing, damaged in front of its end, foreign or of a newer schema
 */
export async function readLabels(path: string): Promise<LabelsFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such file" : message;
    throw invalidEntries(FORMAT.what, path, "a file of labels", got);
  }
  return parseLabels(path, text);
}

/** @throws ARTEFACT_INVALID */
export function parseLabels(path: string, text: string): LabelsFile {
  return parseEntries(path, text, FORMAT);
}

/** The document as it is written. */
export function labelsText(header: LabelsHeader, entries: readonly LabelEntry[]): string {
  return entriesText(header, entries);
}
