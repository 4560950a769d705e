import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { COMMANDS } from "../../../src/cli.js";

const PACKAGE = fileURLToPath(new URL("../../..", import.meta.url));
const FOLDER = join(PACKAGE, "docs", "commands");

function page(name: string): string {
  return readFileSync(join(FOLDER, name), "utf8");
}

describe("docs/commands", () => {
  test("is what the commands' own help says", async () => {
    const args = ["--import", "tsx", "tools/make_command_docs.mjs", "--check"];
    await assert.doesNotReject(
      promisify(execFile)(process.execPath, args, { cwd: PACKAGE }),
      "run `npm run docs`",
    );
  });

  test("has a page for every command of the overview, which the index names", () => {
    const names = COMMANDS.filter(({ usage }) => usage?.category !== undefined).map(
      ({ paths }) => `${paths?.[0]?.join("-") ?? ""}.md`,
    );
    assert.deepEqual(readdirSync(FOLDER).sort(), ["README.md", ...names].sort());
    for (const name of names) assert.ok(page("README.md").includes(`](${name})`), name);
  });

  test("a page has usage, details, examples and its own options before those of every command", () => {
    const text = page("mine-merge.md");
    assert.match(text, /^# mine merge\n\nThe list of a pool that was mined in parts\.\n/);
    assert.match(text, /^spurious-native mine merge <OUT> \.\.\. .*--out VALUE.* \[OPTIONS\]$/m);
    assert.match(text, /## Examples\n[^#]*```sh\nspurious-native mine merge /);
    assert.ok(text.indexOf("`--out VALUE`") < text.indexOf("## Options of every command"));
    assert.ok(text.indexOf("`--json`") > text.indexOf("## Options of every command"));
  });
});
