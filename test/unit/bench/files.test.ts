import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { cachedFolder, exists, peerFile, PROGRAM_FILE } from "../../../src/bench/files.js";
import { benchPython, PYTHON_VARIABLE, pythonProgram } from "../../../src/bench/python.js";
import { SpuriousError } from "../../../src/errors.js";

describe("files of a benchmark", () => {
  let cache = "";
  before(async () => {
    cache = await mkdtemp(join(tmpdir(), "spurious-native-"));
  });
  after(() => rm(cache, { recursive: true }));

  test("what is made once is not made again", async () => {
    let made = 0;
    const make = async (to: string): Promise<void> => {
      made += 1;
      await writeFile(join(to, "content"), "x");
    };
    const folder = join(cache, "deep", "made");
    assert.equal(await cachedFolder(folder, make), folder);
    await cachedFolder(folder, make);
    assert.equal(made, 1);
    assert.deepEqual(await readdir(folder), ["content"]);
  });

  test("a failure leaves nothing that looks finished", async () => {
    const fail = async (to: string): Promise<void> => {
      await writeFile(join(to, "half"), "x");
      throw new SpuriousError("BENCH_FAILED", "no");
    };
    await assert.rejects(
      cachedFolder(join(cache, "failed"), fail),
      (error: SpuriousError) => error.code === "BENCH_FAILED",
    );
    assert.ok(!(await readdir(cache)).some((name) => name.startsWith("failed")));
  });

  test("a place that cannot be written is an error of its own", async () => {
    await writeFile(join(cache, "file"), "x");
    await assert.rejects(
      cachedFolder(join(cache, "file", "folder"), () => Promise.resolve()),
      (error: SpuriousError) => error.code === "OUTPUT_WRITE_FAILED",
    );
  });

  test("programs lie where they are looked for", async () => {
    for (const file of ["serve.py", "make_model.py", "forward_onnxruntime.mjs"].map(peerFile)) {
      assert.ok(await exists(file), file);
    }
    assert.ok(await exists(PROGRAM_FILE));
  });

  test("peers run in the Python that was named, with everybody's number of threads", () => {
    const before = process.env[PYTHON_VARIABLE];
    try {
      process.env[PYTHON_VARIABLE] = "/opt/python";
      assert.equal(benchPython(), "/opt/python");
      delete process.env[PYTHON_VARIABLE];
      assert.equal(benchPython(), "python3");
    } finally {
      if (before !== undefined) process.env[PYTHON_VARIABLE] = before;
    }
    const { command, args, env } = pythonProgram("python3", "gemm.py", { threads: 3 }, 3);
    assert.equal(command, "python3");
    assert.deepEqual(args, ["-s", peerFile("gemm.py"), "--threads", "3"]);
    assert.equal(env?.["OMP_NUM_THREADS"], "3");
  });
});
