// The C++ sources' format (clang-format) and mistakes (clang-tidy).
//
//   node tools/setup/lint-cpp.mjs            check both, every file
//   node tools/setup/lint-cpp.mjs --format   rewrite the sources in the right format
//
// A file that includes torch takes clang-tidy some fifteen seconds, a quarter of an hour for all of
// them, so `npm test` looks at those that do without, and files are looked at again only when they, a
// header of theirs or the rules have changed.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";

import { buildWithCmake } from "./cmake.mjs";
import { cppTool } from "./cpp-tools.mjs";
import { ensureLibtorch, identity } from "./libtorch.mjs";
import { inPackage } from "./paths.mjs";
import { run } from "./process.mjs";
import { runMain, say } from "./report.mjs";
import { hashInputs, listFiles, readText } from "./stamp.mjs";

const NATIVE = inPackage("native");
const BUILD = inPackage("build", "lint");
/** Which version of each file was found clean: file -> hash. */
const STAMPS = join(BUILD, "clean.json");

/** This project's own C++ files. */
function ownSources() {
  return listFiles(NATIVE, (path) => /\.(h|cpp)$/.test(path) && !path.includes("third_party"));
}

/**
 * @param {{ rewrite?: boolean }} [options]
 * @returns {Promise<{ ok: boolean, files: number }>}
 */
export async function formatCpp({ rewrite = false } = {}) {
  const files = ownSources();
  const args = rewrite ? ["-i"] : ["--dry-run", "--Werror"];
  const { status } = await run(await cppTool("clang-format"), [...args, ...files], { show: true });
  return { ok: status === 0, files: files.length };
}

/**
 * @param {{ torch?: boolean }} [options] torch: also the files that include torch or Node-API
 * @returns {Promise<{ ok: boolean, files: number, checked: number }>}
 */
export async function lintCpp({ torch = false } = {}) {
  const program = await cppTool("clang-tidy");
  const libtorch = await ensureLibtorch();
  await configure(libtorch.root);
  /** @type {{ file: string }[]} */
  const commands = JSON.parse(readFileSync(join(BUILD, "compile_commands.json"), "utf8"));
  const files = commands
    .map(({ file }) => file)
    .filter((file) => file.startsWith(`${NATIVE}/`) && (torch || !includesTorch(file)));
  const rules = {
    program,
    libtorch: identity(libtorch),
    rules: readText(inPackage(".clang-tidy")),
  };

  /** @type {Record<string, string>} */
  const clean = JSON.parse(readText(STAMPS) ?? "{}");
  const waiting = files
    .map((file) => ({
      name: relative(NATIVE, file),
      file,
      hash: hashInputs(NATIVE, closure(file), rules),
    }))
    .filter(({ name, hash }) => clean[name] !== hash);
  if (waiting.length > 0) say(`clang-tidy looks at ${waiting.length} of ${files.length} files`);
  const checked = waiting.length;
  let ok = true;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { status, output } = await run(program, ["--quiet", "-p", BUILD, next.file]);
      if (status === 0) clean[next.name] = next.hash;
      else process.stderr.write(`${withoutCounts(output)}\n`);
      ok &&= status === 0;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  mkdirSync(dirname(STAMPS), { recursive: true });
  writeFileSync(STAMPS, JSON.stringify(clean, null, 1));
  return { ok, files: files.length, checked };
}

/** clang-tidy needs to know how each file is compiled; GCC's precompiled header it cannot read. */
function configure(/** @type {string} */ libtorch) {
  const definitions = [
    "SPURIOUS_NATIVE_TESTS=ON",
    "SPURIOUS_NATIVE_ADDON=ON",
    "CMAKE_EXPORT_COMPILE_COMMANDS=ON",
    "CMAKE_DISABLE_PRECOMPILE_HEADERS=ON",
  ];
  const options = { configureOnly: true };
  return buildWithCmake("the list of compile commands", BUILD, libtorch, definitions, options);
}

/**
 * A file and every own header it includes, directly or not.
 * @param {string} file
 * @param {Set<string>} [seen]
 * @returns {string[]}
 */
function closure(file, seen = new Set()) {
  const text = readText(file);
  if (text === null || seen.has(file)) return [...seen];
  seen.add(file);
  for (const [, name = ""] of text.matchAll(/^#include "([^"]+)"/gm)) {
    closure(join(NATIVE, name), seen);
    closure(join(dirname(file), name), seen);
  }
  return [...seen].sort();
}

/** Whether a file includes headers that take long to read. @param {string} file */
function includesTorch(file) {
  const slow = /^#include <(torch|ATen|c10|caffe2|napi)/m;
  return closure(file).some((path) => slow.test(readText(path) ?? ""));
}

/** @param {string} output */
function withoutCounts(output) {
  return output
    .split("\n")
    .filter((line) => !/^(\d+ (warnings?|errors?)|Suppressed|Use -header-filter)/.test(line))
    .join("\n")
    .trim();
}

await runMain(import.meta.url, async () => {
  if (process.argv.includes("--format")) {
    const { files } = await formatCpp({ rewrite: true });
    say(`${files} C++ files are in the right format`);
    return;
  }
  const format = await formatCpp();
  const lint = await lintCpp({ torch: true });
  say(
    `clang-format: ${format.files} files; clang-tidy: ${lint.files} files, ${lint.checked} looked at now`,
  );
  return format.ok && lint.ok ? 0 : 1;
});
