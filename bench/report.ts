// Measures every suite and writes docs/benchmarks.md; needs a quiet machine and about half an hour.
//
//   npm run bench:report                    measure everything
//   npm run bench:report -- forward-fp32    measure some suites, keep the figures of the others
//   npm run bench:report -- --render        measure nothing, write the page from the JSON files

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BenchDocument } from "../src/bench/document.js";
import { plotRates } from "./report/plot.js";
import { type MeasuredSuite, renderReport } from "./report/render.js";
import { type Suite, SUITES } from "./report/suites.js";

const inPackage = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const PROGRAM = inPackage("bin/spurious-native.js");
const jsonFile = (name: string): string => inPackage(`docs/benchmarks/${name}.json`);

/** What the page is made of, as it lies in the tree. */
export function readSuites(): MeasuredSuite[] {
  return SUITES.map((suite) => ({
    ...suite,
    document: parse(read(jsonFile(suite.name))),
    remarks: read(inPackage(`bench/remarks/${suite.name}.md`)),
  }));
}

export function readCoverage(): string {
  return read(inPackage("bench/remarks/coverage.md")) ?? "";
}

function parse(text: string | null): BenchDocument | null {
  return text === null ? null : (JSON.parse(text) as BenchDocument);
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function measure({ name, args }: Suite): void {
  const command = [PROGRAM, "bench", ...args, "--out", jsonFile(name)];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) throw new Error(`bench ${args.join(" ")} ended with status ${String(status)}`);
}

function main(args: readonly string[]): void {
  const names = args.filter((arg) => arg !== "--render");
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    throw new Error(`${unknown.join(", ")}: expected ${SUITES.map(({ name }) => name).join(", ")}`);
  }
  mkdirSync(inPackage("docs/benchmarks"), { recursive: true });
  if (!args.includes("--render")) {
    for (const suite of SUITES) {
      if (names.length === 0 || names.includes(suite.name)) measure(suite);
    }
  }
  const suites = readSuites();
  writeFileSync(inPackage("docs/benchmarks/rates.svg"), plotRates(suites));
  writeFileSync(inPackage("docs/benchmarks.md"), renderReport(suites, readCoverage()));
  process.stderr.write("docs/benchmarks.md is written\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
