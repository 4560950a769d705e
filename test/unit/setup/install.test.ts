import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { fakePython, fakeTorch, programs, ROOT, runNode, temporaryFolder } from "./set-up.js";

/** The package's own build files in another folder, so that no test touches this checkout's. */
function copyOfPackage(folder: string): string {
  const copy = join(folder, "package");
  for (const name of ["tools/setup", "cmake", "native/core", "CMakeLists.txt", "package.json"]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return join(copy, "tools", "setup", "install.mjs");
}

test("without CMake the error names it and ways to install it", async (t) => {
  const folder = temporaryFolder(t);
  const { status, stderr } = await runNode([copyOfPackage(folder)], {
    PATH: programs(folder),
    HOME: folder,
    SPURIOUS_NATIVE_LIBTORCH: fakeTorch(join(folder, "torch"), "2.13.0"),
  });
  assert.equal(status, 3);
  assert.match(
    stderr,
    /^error\[ADDON_MISSING\].*expected cmake 3\.20 or newer on PATH, found none/m,
  );
  assert.match(stderr, /^hint: install it with `python3 -m pip install cmake ninja`/m);
});

test("a build that fails shows its first error, and where the whole log is", async (t) => {
  const folder = temporaryFolder(t);
  const cmake = `#!/bin/sh
case "$*" in
  --version) exit 0 ;;
  *--build*) echo "[1/2] Building a.cpp"; echo "a.cpp:3:1: error: the first of many"; exit 1 ;;
esac
`;
  const nothing = "#!/bin/sh\nexit 0\n";
  const { status, stderr } = await runNode([copyOfPackage(folder)], {
    PATH: programs(folder, { cmake, ninja: nothing, "g++": nothing }),
    HOME: folder,
    SPURIOUS_NATIVE_LIBTORCH: fakeTorch(join(folder, "torch"), "2.13.0"),
  });
  assert.equal(status, 3, stderr);
  assert.match(
    stderr,
    /^error\[ADDON_MISSING\]: the native addon could not be built; from the log/m,
  );
  assert.match(stderr, /^a\.cpp:3:1: error: the first of many$/m);
  assert.match(stderr, /^hint: the whole log is in .*build\/addon\.log/m);
});

test("SPURIOUS_NATIVE_SKIP_BUILD postpones npm's build, not the one at first use", async (t) => {
  const folder = temporaryFolder(t);
  const env = {
    PATH: programs(folder, { python3: fakePython("") }),
    HOME: folder,
    SPURIOUS_NATIVE_SKIP_BUILD: "1",
  };
  const script = copyOfPackage(folder);
  const byNpm = await runNode([script], { ...env, npm_lifecycle_event: "install" });
  assert.equal(byNpm.status, 0);
  assert.match(byNpm.stderr, /the native addon is built at first use/);
  const atFirstUse = await runNode([script], env);
  assert.equal(atFirstUse.status, 3);
  assert.match(atFirstUse.stderr, /error\[LIBTORCH_MISSING\]/);
});
