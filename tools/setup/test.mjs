// npm test: sets up whatever is missing, then runs every check and prints a summary.
//
//   npm test
//   npm test -- --only lint|cpp|node [FILTER]   a part; FILTER: ctest names, Node test paths

import { checkCuda } from "./check-cuda.mjs";
import { buildCoreTests, runCoreTests } from "./core-tests.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { ensureAll } from "./ensure-all.mjs";
import { formatCpp, lintCpp } from "./lint-cpp.mjs";
import { runNodeTests } from "./node-tests.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { runMain, SetupError } from "./report.mjs";

/**
 * @typedef {{ ok: boolean, text: string }} Outcome
 * @typedef {{ part: string, name: string, check: (filter?: string) => Promise<Outcome> }} Check
 */

/** @type {Check[]} */
const CHECKS = [
  {
    part: "lint",
    name: "format (Biome)",
    check: () => tool("@biomejs/biome/bin/biome", ["format", "."]),
  },
  { part: "lint", name: "lint (ESLint)", check: () => tool("eslint/bin/eslint.js", ["."]) },
  { part: "lint", name: "types (tsc)", check: checkTypes },
  { part: "lint", name: "C++ format", check: checkCppFormat },
  { part: "lint", name: "C++ lint", check: checkCppLint },
  { part: "cpp", name: "C++ tests", check: checkCore },
  { part: "cpp", name: "CUDA sources", check: checkCudaSources },
  { part: "node", name: "Node tests", check: checkNode },
];

/** @param {string} program below node_modules @param {string[]} args @returns {Promise<Outcome>} */
async function tool(program, args) {
  const path = inPackage("node_modules", ...program.split("/"));
  const { status } = await run(process.execPath, [path, ...args], { cwd: inPackage(), show: true });
  return { ok: status === 0, text: status === 0 ? "clean" : "see above" };
}

/** @returns {Promise<Outcome>} */
async function checkTypes() {
  const compiler = "typescript/lib/tsc.js";
  const program = await tool(compiler, ["--noEmit"]);
  const setup = await tool(compiler, ["-p", "tools/setup/tsconfig.json"]);
  return program.ok ? setup : program;
}

/** @returns {Promise<Outcome>} */
async function checkCppFormat() {
  const { ok, files } = await formatCpp();
  return { ok, text: ok ? `${files} files` : "see above; `npm run format` corrects it" };
}

/** @returns {Promise<Outcome>} */
async function checkCppLint() {
  const { ok, files, checked } = await lintCpp();
  return { ok, text: `${files} files, ${checked} of them looked at now` };
}

/** @param {string} [filter] @returns {Promise<Outcome>} */
async function checkCore(filter) {
  await buildCoreTests();
  const { ok, passed, total } = await runCoreTests(filter);
  return { ok, text: `${passed} of ${total} passed` };
}

/** @returns {Promise<Outcome>} */
async function checkCudaSources() {
  const outcome = await checkCuda();
  if ("skipped" in outcome) return { ok: true, text: `SKIPPED: ${outcome.skipped}` };
  return { ok: true, text: `${outcome.files} files compile and link` };
}

/** @param {string} [filter] @returns {Promise<Outcome>} */
async function checkNode(filter) {
  const { ok, passed, failed, skipped } = await runNodeTests(filter);
  return { ok, text: `${passed} passed, ${failed} failed, ${skipped} skipped` };
}

/** What cannot be set up fails its check and not those after it. @param {Check} check */
async function perform({ name, check }, /** @type {string | undefined} */ filter) {
  process.stderr.write(`\n=== ${name}\n`);
  const started = Date.now();
  /** @type {Outcome} */
  let outcome;
  try {
    outcome = await check(filter);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`error[${error.code}]: ${error.message}\nhint: ${error.hint}\n`);
    outcome = { ok: false, text: error.message.split("\n")[0] ?? "" };
  }
  return { name, ...outcome, seconds: (Date.now() - started) / 1000 };
}

await runMain(import.meta.url, async () => {
  const [option, part, filter] = process.argv.slice(2);
  const chosen = option === undefined ? CHECKS : CHECKS.filter((check) => check.part === part);
  if ((option !== undefined && option !== "--only") || chosen.length === 0) {
    process.stderr.write("usage: npm test -- [--only lint|cpp|node [FILTER]]\n");
    return 2;
  }
  // Linters look at sources and the C++ tests know no Node; the Node tests need everything.
  if (chosen.some((check) => check.part === "node")) await ensureAll();
  else await ensureDependencies();
  const results = [];
  for (const check of chosen) results.push(await perform(check, filter));
  process.stdout.write("\n");
  for (const { ok, name, text, seconds } of results) {
    process.stdout.write(
      `${ok ? "ok    " : "FAILED"} ${name.padEnd(15)} ${text} (${seconds.toFixed(1)} s)\n`,
    );
  }
  const failed = results.filter(({ ok }) => !ok).length;
  process.stdout.write(
    failed ? `\n${failed} of ${results.length} checks failed\n` : "\nall checks passed\n",
  );
  return failed ? 1 : 0;
});
