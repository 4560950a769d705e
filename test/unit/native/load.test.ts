import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import type * as Load from "../../../src/native/load.js";
import { ADDON_FILE, addon } from "../../../src/native/load.js";
import { fileTree } from "../../helpers/file-tree.js";

const SOURCES = fileURLToPath(new URL("../../../src", import.meta.url));

/** The loader of a package in another folder, with the files given beside it. */
async function loaderIn(
  t: TestContext,
  files: Readonly<Record<string, string>>,
): Promise<{ loader: typeof Load; root: string }> {
  const root = fileTree(t, { "package.json": '{"type":"module"}', ...files });
  cpSync(join(SOURCES, "native"), join(root, "src/native"), { recursive: true });
  cpSync(join(SOURCES, "errors.ts"), join(root, "src/errors.ts"));
  const url = pathToFileURL(join(root, "src/native/load.ts")).href;
  return { loader: (await import(url)) as typeof Load, root };
}

const NODE_FILE = "build/Release/spurious_native.node";

describe("addon", () => {
  test("is loaded once", () => {
    assert.equal(addon(), addon());
    assert.match(ADDON_FILE, /build[/\\]Release[/\\]spurious_native\.node$/);
  });

  test("that cannot be built is an error with the way to try again", async (t) => {
    const { loader, root } = await loaderIn(t, { "tools/setup/install.mjs": "process.exit(7);" });
    assert.throws(() => loader.addon(), {
      code: "ADDON_MISSING",
      message: `building the native addon failed: ${join(root, NODE_FILE)}`,
      hint: /npm run build:addon/,
    });
  });

  test("that the build does not leave behind is an error too", async (t) => {
    const { loader } = await loaderIn(t, { "tools/setup/install.mjs": "" });
    assert.throws(() => loader.addon(), { code: "ADDON_MISSING" });
  });

  test("that is missing is built on first use", async (t) => {
    const { loader, root } = await loaderIn(t, { "build/Release/": "" });
    const copy = `import { symlinkSync } from "node:fs";
      symlinkSync(${JSON.stringify(ADDON_FILE)}, ${JSON.stringify(join(root, NODE_FILE))});`;
    cpSync(join(root, "package.json"), join(root, "tools/setup/package.json"));
    writeFileSync(join(root, "tools/setup/install.mjs"), copy);
    assert.equal(loader.addon().addonInfo().version, addon().addonInfo().version);
  });

  test("that cannot be loaded is an error with its likely cause", async (t) => {
    const { loader, root } = await loaderIn(t, { [NODE_FILE]: "no shared library" });
    assert.throws(() => loader.addon(), {
      code: "ADDON_LOAD_FAILED",
      input: join(root, NODE_FILE),
      hint: /built for another machine|doctor/,
    });
  });
});
