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
    `${what}: ${path}: expected ${expected}, got ${got}`,
    { input: path, hint, cause },
  );
}
