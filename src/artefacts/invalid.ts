import { SpuriousError } from "../errors.js";

/** ARTEFACT_INVALID in the form of every message: what failed: which input: expected what, got what. */
export function artefactInvalid(
  what: string,
  path: string,
  expected: string,
  got: string,
  { hint, cause }: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `${what}: ${path}: expected ${printable(expected)}, got ${printable(got)}`,
    { input: path, hint, cause },
  );
}

/** Without control characters: names inside a file are its author's, and messages go to terminals. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?");
}
