import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { fakePython, fakeTorch, programs, runScript, temporaryFolder } from "./set-up.js";

interface Report {
  readonly found: { root: string; how: string; version: string; cuda: boolean } | null;
  readonly passedOver: { how: string; root: string | null; reason: string }[];
}

test("SPURIOUS_NATIVE_LIBTORCH wins over LIBTORCH, which wins over Python's torch", async (t) => {
  const folder = temporaryFolder(t);
  const [first, second, third] = ["a", "b", "c"].map((name) =>
    fakeTorch(join(folder, name), "2.13.0"),
  ) as [string, string, string];
  const env = { PATH: programs(folder, { python3: fakePython(third) }), HOME: folder };

  const both = { ...env, SPURIOUS_NATIVE_LIBTORCH: first, LIBTORCH: second };
  assert.equal((await report(both)).found?.root, first);
  assert.equal((await report({ ...env, LIBTORCH: second })).found?.root, second);
  const python = (await report(env)).found;
  assert.equal(python?.root, third);
  assert.equal(python.how, "torch package of python3");
  assert.equal(python.version, "2.13.0");
  assert.equal(python.cuda, false);
});

test("a named libtorch of a version that cannot be used is refused and not passed over", async (t) => {
  const folder = temporaryFolder(t);
  const good = fakeTorch(join(folder, "good"), "2.13.0");
  for (const version of ["2.10.0", "2.15.0+cu132", "3.0.0"]) {
    const bad = fakeTorch(join(folder, version), version);
    const env = {
      PATH: programs(join(folder, `programs ${version}`), { python3: fakePython(good) }),
      HOME: folder,
      SPURIOUS_NATIVE_LIBTORCH: bad,
    };
    const { status, stderr } = await runScript("libtorch.mjs", ["--json"], env);
    assert.equal(status, 3);
    assert.match(stderr, /^error\[LIBTORCH_MISSING\]: libtorch cannot be used: /m);
    assert.ok(stderr.includes(`expected torch 2.11 to 2.14, got ${version}`), stderr);
    assert.match(stderr, /^hint: set SPURIOUS_NATIVE_LIBTORCH to a folder that holds include/m);
  }
});

test("both ends of the version range can be used", async (t) => {
  const folder = temporaryFolder(t);
  const path = programs(folder);
  for (const version of ["2.11.0", "2.14.1+cu130"]) {
    const root = fakeTorch(join(folder, version), version);
    const env = { PATH: path, HOME: folder, SPURIOUS_NATIVE_LIBTORCH: root };
    assert.equal((await report(env)).found?.version, version);
  }
});

test("a named folder without a library names the file that is missing", async (t) => {
  const folder = temporaryFolder(t);
  const env = { PATH: programs(folder), HOME: folder, LIBTORCH: folder };
  const { status, stderr } = await runScript("libtorch.mjs", ["--json"], env);
  assert.equal(status, 3);
  assert.match(
    stderr,
    /environment variable LIBTORCH\): expected the file include\/torch\/script\.h/,
  );
});

test("Python's torch of another version is passed over with its reason", async (t) => {
  const folder = temporaryFolder(t);
  const old = fakeTorch(join(folder, "old"), "2.5.1");
  const env = { PATH: programs(folder, { python3: fakePython(old) }), HOME: folder };
  const { found, passedOver } = await report(env);
  assert.equal(found, null);
  const place = passedOver.find(({ root }) => root === old);
  assert.equal(place?.reason, "expected torch 2.11 to 2.14, got 2.5.1");
});

async function report(env: Record<string, string>): Promise<Report> {
  const { status, stdout, stderr } = await runScript("libtorch.mjs", ["--json"], env);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Report;
}
