import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/**
 * Makes a temporary folder of small files; it is removed after the test.
 * @param files paths (empty files), or content by path; a path ending in `/` makes a folder
 */
export function fileTree(
  t: TestContext,
  files: readonly string[] | Readonly<Record<string, string | Uint8Array>>,
): string {
  const root = mkdtempSync(join(tmpdir(), "spurious-native-test-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const content =
    files instanceof Array ? Object.fromEntries(files.map((path) => [path, ""])) : files;
  for (const [path, text] of Object.entries(content)) {
    const file = join(root, path);
    mkdirSync(path.endsWith("/") ? file : dirname(file), { recursive: true });
    if (!path.endsWith("/")) {
      writeFileSync(file, text);
    }
  }
  return root;
}
