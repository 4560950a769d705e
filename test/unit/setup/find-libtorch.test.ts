// cmake/FindLibtorch.cmake, as someone meets it who builds the core without Node.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { fakeTorch, ROOT, temporaryFolder, writeFile } from "./set-up.js";

/** Configures the project; what CMake prints, on one line (CMake wraps its messages). */
function configure(
  t: TestContext,
  definitions: string[],
  env: Record<string, string> = {},
): string {
  const build = join(temporaryFolder(t), "build");
  const path = process.env.PATH ?? "";
  const { stdout, stderr, status } = spawnSync("cmake", ["-S", ROOT, "-B", build, ...definitions], {
    env: { PATH: path, HOME: build, ...env },
    encoding: "utf8",
  });
  assert.equal(status === 0, !stderr.includes("CMake Error"));
  return `${stdout}${stderr}`.replace(/\s+/g, " ");
}

test("a folder that is no libtorch: the message has the file, who named it and what to set", (t) => {
  const folder = temporaryFolder(t);
  const text = configure(t, [`-DSPURIOUS_NATIVE_LIBTORCH=${folder}`]);
  assert.match(
    text,
    /This is no libtorch: .*expected the file include\/torch\/script\.h, found none/,
  );
  assert.match(text, /named by: CMake variable SPURIOUS_NATIVE_LIBTORCH/);
  assert.match(text, /set: SPURIOUS_NATIVE_LIBTORCH to a folder that holds include\/ and lib\//);
  assert.match(text, /example: cmake -S \. -B build\/core -DSPURIOUS_NATIVE_LIBTORCH=/);
});

test("versions outside the range are refused, those at its ends are not", (t) => {
  for (const [version, accepted] of [
    ["2.10.1", false],
    ["2.11.0", true],
    ["2.14.1", true],
    ["2.15.0", false],
  ] as const) {
    const root = fakeTorch(temporaryFolder(t), version);
    const text = configure(t, [`-DSPURIOUS_NATIVE_LIBTORCH=${root}`]);
    assert.equal(text.includes(`-- libtorch ${version} in `), accepted, text);
    assert.equal(text.includes(`expected version 2.11 to 2.14, got ${version}`), !accepted, text);
  }
});

test("the environment variables are used in their order", (t) => {
  const first = fakeTorch(temporaryFolder(t), "2.12.0");
  const second = fakeTorch(temporaryFolder(t), "2.13.0");
  const both = configure(t, [], { SPURIOUS_NATIVE_LIBTORCH: first, LIBTORCH: second });
  assert.match(both, /libtorch 2\.12\.0 in .*\(environment variable SPURIOUS_NATIVE_LIBTORCH\)/);
  const one = configure(t, [], { LIBTORCH: second });
  assert.match(one, /libtorch 2\.13\.0 in .*\(environment variable LIBTORCH\)/);
});

test("CUDA asked for with a CPU build is an error", (t) => {
  const root = fakeTorch(temporaryFolder(t), "2.13.0");
  const text = configure(t, [`-DSPURIOUS_NATIVE_LIBTORCH=${root}`, "-DSPURIOUS_NATIVE_CUDA=ON"]);
  assert.match(text, /SPURIOUS_NATIVE_CUDA is ON, but this libtorch is a CPU build/);
});

test("a CUDA build without CUDA's headers: what is missing is named and the CPU is built for", (t) => {
  const root = join(temporaryFolder(t), "site-packages", "torch");
  fakeTorch(root, "2.13.0");
  writeFile(join(root, "version.py"), "__version__ = '2.13.0+cu990'\ncuda: str = '99.0'\n");
  writeFile(join(root, "lib", "libtorch_cuda.so"), "");
  // An include folder of its own, so that a toolkit on this machine has no part in it.
  const nvidia = join(root, "..", "nvidia", "cu99");
  for (const header of ["cuda_runtime_api.h", "crt/host_defines.h", "cublas_v2.h", "cusparse.h"]) {
    writeFile(join(nvidia, "include", header), "");
  }
  for (const library of ["libcudart.so.99", "libcusolver.so.99"]) {
    writeFile(join(nvidia, "lib", library), "");
  }
  const definitions = [`-DSPURIOUS_NATIVE_LIBTORCH=${root}`];
  const missing = configure(t, definitions);
  assert.match(missing, /is a CUDA 99\.0 build, but parts of CUDA are missing: cusolverDn\.h/);
  assert.match(missing, /this build runs on the CPU only/);

  writeFile(join(nvidia, "include", "cusolverDn.h"), "");
  assert.match(configure(t, definitions), /-- CUDA 99\.0 sources are built; headers in /);
});
