import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import type { LabelsHeader } from "./labels-file.js";

/** Letters, digits, dots, blanks, hyphens and underscores: a name is part of a file's name. */
const NAME = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._ -]{0,62}[\p{L}\p{N}_-])?$/u;

const ENDINGS = { annotator: ".labels.json", adjudicator: ".adjudicated.json" } as const;

/** Where a person's labels lie. @throws USAGE_INVALID a name that cannot be part of a file's name */
export function labelsPath(folder: string, annotator: string, role: LabelsHeader["role"]): string {
  if (!NAME.test(annotator)) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `opening labels: --annotator: expected a name of up to 64 letters, digits, blanks and . _ -, got ${JSON.stringify(annotator)}`,
      { input: annotator },
    );
  }
  return join(folder, `${annotator}${ENDINGS[role]}`);
}

/** Whether a file's name is that of an annotator's labels. */
export function isLabelsName(name: string): boolean {
  return name.endsWith(ENDINGS.annotator) && !name.startsWith(".");
}
