import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ROOT } from "./set-up.js";

interface Pack {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Bytes; the demo's pictures are half of it. */
const LARGEST_PACK = 8e6;
const LARGEST_UNPACKED = 16e6;
const LARGEST_FILE = 2e6;

const PACK = ((): Pack => {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const stdio = ["ignore", "pipe", "ignore"] as const;
  const output = execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: [...stdio] });
  const [pack] = JSON.parse(output) as Pack[];
  return pack ?? assert.fail("npm pack printed nothing");
})();
const PATHS = new Set(PACK.files.map(({ path }) => path));

/** Files below a folder of the checkout, with `/`. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .filter((path) => !path.includes("__pycache__"));
}

const missingOf = (paths: readonly string[]): string[] => paths.filter((path) => !PATHS.has(path));

describe("npm pack", () => {
  test("holds all that the build of the addon needs, and none of its tests", () => {
    const sources = filesBelow("native").filter(
      (path) => !/^native\/(test|third_party)\//.test(path),
    );
    const needed = ["CMakeLists.txt", "binding.gyp", ...filesBelow("cmake"), ...sources];
    assert.deepEqual(missingOf([...needed, ...filesBelow("tools/setup")]), []);
  });

  test("holds the program, its data, the demo, documents and licences", () => {
    const folders = ["bin", "data", "demo", "docs", "packaging"].flatMap(filesBelow);
    const files = ["README.md", "CHANGELOG.md", "LICENSE", "THIRD-PARTY-NOTICES.md"];
    assert.deepEqual(missingOf([...folders, ...files, "package.json"]), []);
  });

  const skip = !existsSync(join(ROOT, "dist", "main.js")) && "src/ has not been compiled";
  test("holds every compiled file of src/ and its types", { skip }, () => {
    const modules = filesBelow("src").map((path) => path.replace(/^src\/(.*)\.ts$/, "dist/$1"));
    const written = modules.filter((path) => existsSync(join(ROOT, `${path}.js`)));
    assert.ok(written.length > 100);
    assert.deepEqual(missingOf(written.flatMap((path) => [`${path}.js`, `${path}.d.ts`])), []);
  });

  test("holds every file that package.json and the program name at run time", () => {
    const { bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    assert.deepEqual(missingOf(Object.values(bin)), []);
  });

  test("holds nothing of a machine or of development", () => {
    const unwanted =
      /^(test|src|build|results|node_modules|\.ci|\.github)\/|(^|\/)(\.env|\.DS_Store|__pycache__|\.venv|node_modules)(\/|$)|\.(log|tgz|node|tsbuildinfo|pyc|swp)$/;
    assert.deepEqual(
      [...PATHS].filter((path) => unwanted.test(path)),
      [],
    );
  });

  test("is small, and so is every file of it", () => {
    assert.ok(PACK.size < LARGEST_PACK, `${String(PACK.size)} bytes packed`);
    assert.ok(PACK.unpackedSize < LARGEST_UNPACKED, `${String(PACK.unpackedSize)} bytes unpacked`);
    const large = PACK.files.filter(({ size }) => size > LARGEST_FILE);
    assert.deepEqual(large, []);
  });
});
