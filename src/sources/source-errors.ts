import { SpuriousError } from "../errors.js";

/** For a file that is not the one that was opened. */
export function sourceChanged(name: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "SOURCE_CHANGED",
    `reading a file in parts: ${name}: expected ${expected}, got ${got}`,
    { input: name },
  );
}

/** @param problem "expected what, got what" */
export function unreachable(
  name: string,
  problem: string,
  details: { cause?: unknown; hint?: string } = {},
): SpuriousError {
  return new SpuriousError("SOURCE_UNREACHABLE", `reading a URL: ${name}: ${problem}`, {
    input: name,
    ...details,
  });
}

/** @param damages "expected what, got what", by path; at least one */
export function archiveDamaged(
  damages: readonly { readonly path: string; readonly message: string }[],
): SpuriousError {
  const [first] = damages;
  const more = damages.length > 1 ? ` (and ${String(damages.length - 1)} more like it)` : "";
  return new SpuriousError(
    "ARCHIVE_DAMAGED",
    `reading a tar file: ${first?.path ?? ""}: ${first?.message ?? ""}${more}`,
    { input: first?.path },
  );
}
