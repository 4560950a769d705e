import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { FetchedLibtorch } from "../../src/setup/fetch-libtorch.js";
import { runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { hash, packageIndex } from "../unit/setup/package-index.js";

describe("fetch-libtorch", () => {
  test("fetches into the folder alone and prints what makes the build use it", async (t) => {
    const { env, cache, wheel } = packageIndex(t, { cpu: true });
    const cwd = fileTree(t, []);
    const { status, stdout, stderr } = await runCli(
      ["fetch-libtorch", "--to", "shared/torch lib"],
      {
        cwd,
        env,
      },
    );
    assert.equal(status, 0, stderr);
    const root = join(cwd, "shared", "torch lib", "torch");
    assert.ok(existsSync(join(root, "include", "torch", "script.h")));
    assert.deepEqual(readdirSync(join(cwd, "shared")), ["torch lib"], "nothing is left beside it");
    assert.ok(!existsSync(cache), "the cache is not touched");
    assert.match(stdout, /^version {2}2\.13\.0 \(CPU\)$/m);
    assert.match(stdout, new RegExp(`^sha256   ${hash(wheel)}  torch-2\\.13\\.0-.*\\.whl$`, "m"));
    assert.ok(stdout.endsWith(`\nexport SPURIOUS_NATIVE_LIBTORCH='${root}'\n`), stdout);
    assert.match(stderr, /fetched once, from the configured package index: \d+ MB/);
  });

  test("--json is one document; what is there already is not fetched again", async (t) => {
    const { env, wheel, calls } = packageIndex(t, { cpu: true });
    const cwd = fileTree(t, []);
    const args = ["fetch-libtorch", "--to", "lib", "--json"];
    const first = await runCli(args, { cwd, env });
    const document = JSON.parse(first.stdout) as FetchedLibtorch;
    assert.equal(document.root, join(cwd, "lib", "torch"));
    assert.deepEqual([document.version, document.cuda], ["2.13.0", false]);
    assert.deepEqual(
      document.wheels.map(({ sha256 }) => sha256),
      [hash(wheel)],
    );
    assert.equal((await runCli(args, { cwd, env })).stdout, first.stdout);
    assert.equal(calls().filter((call) => call.includes("pip download")).length, 1);
  });

  test("a folder that holds something else is left alone", async (t) => {
    const { env } = packageIndex(t, { cpu: true });
    const cwd = fileTree(t, ["lib/thesis.tex"]);
    const { status, stderr } = await runCli(["fetch-libtorch", "--to", "lib"], { cwd, env });
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^error\[OUTPUT_EXISTS\]: .*lib: expected a new or an empty folder, got one with thesis\.tex$/m,
    );
    assert.deepEqual(readdirSync(join(cwd, "lib")), ["thesis.tex"]);
  });

  test("without a network the error says what to set, and nothing is left", async (t) => {
    const { env } = packageIndex(t, { cpu: true, unreachable: true });
    const cwd = fileTree(t, []);
    const { status, stdout, stderr } = await runCli(["fetch-libtorch", "--to", "lib", "--json"], {
      cwd,
      env,
    });
    assert.equal(status, 3);
    const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } };
    assert.equal(error.code, "LIBTORCH_MISSING");
    assert.match(error.hint, /^set SPURIOUS_NATIVE_LIBTORCH to a folder/);
    assert.equal(stderr.match(/^error\[/gm)?.length, 1);
    assert.deepEqual(readdirSync(cwd), []);
  });
});
