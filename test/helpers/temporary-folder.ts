import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for several tests; the caller removes it after the last. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "spurious-native-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
