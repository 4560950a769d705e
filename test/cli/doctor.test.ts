import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Diagnosis } from "../../src/doctor/diagnose.js";
import { runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";

describe("doctor", () => {
  test("tells the whole environment, and that all works", async (t) => {
    const cwd = fileTree(t, []);
    const env = { SPURIOUS_IMAGENET: "/data/spurious" };
    const { status, stdout, stderr } = await runCli(["doctor"], { cwd, env });
    assert.equal(status, 0, stdout + stderr);
    for (const title of [
      "Program",
      "Native addon",
      "libtorch",
      "CPU",
      "CUDA",
      "Images",
      "Data",
      "Cache",
    ]) {
      assert.match(stdout, new RegExp(`^${title}$`, "m"));
    }
    assert.match(stdout, new RegExp(`^ {2}node +${process.version.replaceAll(".", "\\.")}$`, "m"));
    assert.match(stdout, /^ {2}SIMD +\w+ \(can: .*scalar/m);
    assert.match(stdout, /^ {2}sharp +\d/m);
    assert.match(stdout, /spurious pictures +\/data\/spurious \(environment SPURIOUS_IMAGENET\)/);
    assert.match(stdout, /^ {2}validation pictures +none$/m);
    assert.ok(stdout.endsWith("Everything that is needed works.\n"));
  });

  test("--json is the same as one document, and a broken configuration is a problem", async (t) => {
    const cwd = fileTree(t, { "spurious-native.config.json": "[]" });
    const { status, stdout } = await runCli(["doctor", "--json"], { cwd });
    assert.equal(status, 3);
    const { sections, problems } = JSON.parse(stdout) as Diagnosis;
    assert.equal(sections["Native addon"]?.["works"], true);
    assert.equal(typeof sections["libtorch"]?.["version"], "string");
    assert.deepEqual(
      problems.map(({ code }) => code),
      ["CONFIG_INVALID"],
    );
  });

  test("a libtorch named by a variable that cannot be used is told with its reason", async (t) => {
    const cwd = fileTree(t, []);
    const env = { SPURIOUS_NATIVE_LIBTORCH: cwd };
    const { stdout } = await runCli(["doctor", "--json"], { cwd, env });
    const { sections } = JSON.parse(stdout) as Diagnosis;
    assert.match(String(sections["libtorch"]?.["found"]), /LIBTORCH_MISSING|cannot be used/);
  });
});
