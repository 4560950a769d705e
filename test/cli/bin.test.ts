import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { PixelsRow } from "../../src/images/pixels.js";
import { VERSION } from "../../src/version.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";

const BIN = fileURLToPath(new URL("../../bin/spurious-native.js", import.meta.url));
const COMPILE = fileURLToPath(new URL("../../tools/setup/typescript.mjs", import.meta.url));
const run = promisify(execFile);

describe("bin/spurious-native.js, the compiled program", () => {
  before(() => run(process.execPath, [COMPILE]));

  test("runs from any folder", async (t) => {
    const cwd = fileTree(t, []);
    const { stdout } = await run(process.execPath, [BIN, "--version"], { cwd });
    assert.equal(stdout, `${VERSION}\n`);
  });

  test("finds the addon, and gives the pixels that the sources do", async () => {
    const path = fixture("preprocess/images/jpeg-420.jpg");
    const { stdout } = await run(process.execPath, [
      BIN,
      "pixels",
      path,
      "--size",
      "160",
      "--json",
    ]);
    const [row] = JSON.parse(stdout) as PixelsRow[];
    assert.deepEqual([row?.width, row?.height], [160, 160]);
  });

  test("decodes on as many threads as there are processors, at least four", async () => {
    const { UV_THREADPOOL_SIZE, ...env } = process.env;
    assert.ok(UV_THREADPOOL_SIZE === undefined || UV_THREADPOOL_SIZE !== "");
    const { stdout } = await run(process.execPath, [BIN, "doctor", "--json"], { env });
    const { sections } = JSON.parse(stdout) as { sections: Record<string, Record<string, string>> };
    assert.ok(Number(sections["CPU"]?.["images decoded at a time"]) >= 4);
  });

  test("errors have their status here too", async () => {
    await assert.rejects(run(process.execPath, [BIN, "frobnicate"]), { code: 2, stdout: "" });
    await assert.rejects(run(process.execPath, [BIN, "inspect", "gone.pt"]), { code: 5 });
  });
});
