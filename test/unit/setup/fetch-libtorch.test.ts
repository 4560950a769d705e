// libtorch is fetched from a stand-in for pip: a script that knows one small wheel.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { finalFolder, hash, packageIndex } from "./package-index.js";
import { programs, runScript, temporaryFolder, writeFile } from "./set-up.js";

test("the CPU build is fetched once, with its hash, and only what C++ needs is unpacked", async (t) => {
  const { env, cache, wheel, calls } = packageIndex(t, { cpu: true });
  const { status, stdout, stderr } = await runScript("libtorch.mjs", [], env);
  assert.equal(status, 0, stderr);
  const root = stdout.trim();
  assert.equal(root, join(finalFolder(cache), "torch"));
  assert.ok(existsSync(join(root, "include", "torch", "script.h")));
  assert.ok(!existsSync(join(root, "lib", "libtorch_python.so")), "not needed, yet unpacked");
  assert.ok(!existsSync(join(root, "nn")), "not needed, yet unpacked");
  assert.match(stderr, /libtorch 2\.13\.0 is fetched once, from the configured package index: /);

  const record = JSON.parse(readFileSync(join(finalFolder(cache), "libtorch.json"), "utf8")) as {
    wheels: { file: string; sha256: string }[];
  };
  assert.equal(record.wheels[0]?.sha256, hash(wheel));

  assert.equal((await runScript("libtorch.mjs", [], env)).stdout.trim(), root);
  assert.equal(calls().filter((call) => call.includes("pip download")).length, 1);
});

test("the size is named before anything is downloaded", async (t) => {
  const { env, calls } = packageIndex(t, { cpu: true, failDownload: true });
  const { stderr } = await runScript("libtorch.mjs", [], env);
  const size = stderr.search(/is fetched once, from .*: \d+ MB/);
  assert.ok(size >= 0 && size < stderr.indexOf("downloading now"), stderr);
  assert.ok(calls().some((call) => call.includes("--dry-run") && call.includes("==2.13.0+cpu")));
});

test("the plain wheel is taken where there is no CPU build, after both other sources", async (t) => {
  const { env, calls } = packageIndex(t, { cpu: false });
  const { status, stderr } = await runScript("libtorch.mjs", [], env);
  assert.equal(status, 0, stderr);
  const asked = calls().filter((call) => call.includes("--dry-run"));
  const kinds = asked.map((call) =>
    call.includes("--index-url") ? "CPU index" : call.includes("+cpu") ? "+cpu" : "plain",
  );
  assert.deepEqual([...new Set(kinds)], ["+cpu", "CPU index", "plain"]);
  assert.match(stderr, /fetched once, from the configured package index, plain wheel/);
});

test("several processes at once fetch one libtorch and all use it", async (t) => {
  const { env, cache, calls } = packageIndex(t, { cpu: true });
  const outcomes = await Promise.all([1, 2, 3].map(() => runScript("libtorch.mjs", [], env)));
  for (const { status, stdout, stderr } of outcomes) {
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim(), join(finalFolder(cache), "torch"));
  }
  assert.equal(calls().filter((call) => call.includes("pip download")).length, 1);
});

test("an interrupted download leaves nothing that is taken for a libtorch", async (t) => {
  const broken = packageIndex(t, { cpu: true, failDownload: true });
  const { status, stderr } = await runScript("libtorch.mjs", [], broken.env);
  assert.equal(status, 3);
  assert.match(
    stderr,
    /^error\[LIBTORCH_MISSING\]: libtorch cannot be fetched: the download stopped/m,
  );
  assert.match(stderr, /^hint: set SPURIOUS_NATIVE_LIBTORCH/m);
  assert.deepEqual(readdirSync(join(broken.cache, "libtorch")), []);
});

test("what a killed process left behind is cleared away by the next", async (t) => {
  const { env, cache } = packageIndex(t, { cpu: true });
  writeFile(join(cache, "libtorch", "tmp-99999999", "torch", "lib", "libtorch.so"), "half");
  const dead = { pid: 99999999, host: hostname() };
  writeFile(join(cache, "libtorch", "fetch.lock"), JSON.stringify(dead));
  const { status, stderr } = await runScript("libtorch.mjs", [], env);
  assert.equal(status, 0, stderr);
  assert.deepEqual(readdirSync(join(cache, "libtorch")), [finalFolder(cache).split("/").at(-1)]);
});

test("a wheel whose hash differs from the index's is refused", async (t) => {
  const { env, cache } = packageIndex(t, { cpu: true, announcedHash: "0".repeat(64) });
  const { status, stderr } = await runScript("libtorch.mjs", [], env);
  assert.equal(status, 3);
  assert.match(stderr, /error\[LIBTORCH_MISSING\].*expected SHA-256 0{64}, got [0-9a-f]{64}/);
  assert.ok(!existsSync(finalFolder(cache)));
});

test("without a network the error says what to set", async (t) => {
  const { env } = packageIndex(t, { cpu: true, unreachable: true });
  const { status, stderr } = await runScript("libtorch.mjs", [], env);
  assert.equal(status, 3);
  assert.match(
    stderr,
    /error\[LIBTORCH_MISSING\]: libtorch cannot be fetched: no source has torch/,
  );
  assert.match(
    stderr,
    /the configured package index, torch==2\.13\.0\+cpu: the index cannot be reached/,
  );
  assert.match(stderr, /^hint: set SPURIOUS_NATIVE_LIBTORCH to a folder/m);
});

test("without Python the error names it", async (t) => {
  const folder = temporaryFolder(t);
  const { status, stderr } = await runScript("libtorch.mjs", [], {
    PATH: programs(folder),
    HOME: folder,
  });
  assert.equal(status, 3);
  assert.match(
    stderr,
    /error\[LIBTORCH_MISSING\].*expected python3 on PATH \(for its pip\), found none/,
  );
});
