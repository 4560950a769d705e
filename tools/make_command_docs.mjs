// docs/commands: a page per command and an index.
//
//   node --import tsx tools/make_command_docs.mjs           write them
//   node --import tsx tools/make_command_docs.mjs --check   status 1 and the names of pages that are not up to date

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

import { commandPages } from "./command_pages.mjs";

const FOLDER = fileURLToPath(new URL("../docs/commands", import.meta.url));

mkdirSync(FOLDER, { recursive: true });
const pages = commandPages();
const present = new Map(
  readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]),
);
const gone = [...present.keys()].filter((name) => !pages.has(name));
const changed = [...pages].filter(([name, text]) => present.get(name) !== text);

if (process.argv.includes("--check")) {
  const stale = [...changed.map(([name]) => name), ...gone];
  for (const name of stale) process.stderr.write(`docs/commands/${name} is not up to date\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const name of gone) rmSync(join(FOLDER, name));
  for (const [name, text] of changed) writeFileSync(join(FOLDER, name), text);
}
