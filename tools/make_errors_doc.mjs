// docs/errors.md from the table in src/errors.ts, so that both always say the same.
//
//   node --import tsx tools/make_errors_doc.mjs           write it
//   node --import tsx tools/make_errors_doc.mjs --check   status 1 when it is not up to date

import { readFileSync, writeFileSync } from "node:fs";

import { ERRORS, EXIT_STATUS } from "../src/errors.ts";

const DOCUMENT = new URL("../docs/errors.md", import.meta.url);

const INTRODUCTION = `# Errors

Every failure has a stable code. On stderr it reads

\`\`\`
error[CODE]: what failed: which input: expected what, got what
hint: what to do
\`\`\`

and with \`--json\` stdout holds \`{"error": {"code", "message", "hint", "input"}}\`. Functions of the package throw
a \`SpuriousError\` with the same \`code\`, \`message\`, \`hint\` and \`input\`.

| exit status | kind |
| --- | --- |
| 0 | done |
| 1 | a bug of this program |
| 2 | usage: the command line or the configuration |
| 3 | environment: the addon, libtorch, a device, memory, the disk |
| 4 | data: pictures, folders, tables |
| 5 | the model file |
| 6 | an artefact: a result or a file made by an earlier run |
| 130, 143 | stopped by SIGINT or SIGTERM; \`--resume\` goes on |

Made from \`src/errors.ts\` by \`tools/make_errors_doc.mjs\`. The hint is the usual one; a message may bring a more
precise one of its own.
`;

const cell = (/** @type {string} */ text) => text.replaceAll("|", "\\|");

const rows = Object.entries(ERRORS).map(([code, { kind, meaning, hint }]) => {
  const status = code === "CANCELLED" ? "130, 143" : String(EXIT_STATUS[kind]);
  return `| \`${code}\` | ${status} | ${cell(meaning)} | ${cell(hint)} |`;
});
const header = ["| code | exit status | meaning | what to do |", "| --- | --- | --- | --- |"];
const text = `${INTRODUCTION}\n${[...header, ...rows].join("\n")}\n`;

if (process.argv.includes("--check")) {
  process.exitCode = readFileSync(DOCUMENT, "utf8") === text ? 0 : 1;
} else {
  writeFileSync(DOCUMENT, text);
}
