import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where a worker writes its cases; goes away with the process. */
export const caseFolder = mkdtempSync(join(tmpdir(), "spurious-native-fuzz-"));
process.on("exit", () => rmSync(caseFolder, { recursive: true, force: true }));
