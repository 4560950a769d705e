import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { ErrorCode } from "../../src/errors.js";
import { answerOf, runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { modelFile } from "../helpers/model-fixtures.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";

const KNOWN = ["--size", "32", "--normalize", "none"];

/** Command lines for each kind of failure: status, code, and how to get there. */
const CASES: readonly (readonly [number, ErrorCode, (t: TestContext) => string[]])[] = [
  [2, "INPUT_SIZE_UNKNOWN", (t) => without(smallBenchmark(t).evalArgs, "--size")],
  [2, "NORMALIZATION_UNKNOWN", (t) => without(smallBenchmark(t).evalArgs, "--normalize")],
  [2, "CLASS_MAP_INVALID", (t) => without(smallBenchmark(t).evalArgs, "--class-map")],
  [2, "CONFIG_INVALID", () => ["eval", modelFile("traced-conv.pt"), ...KNOWN]],
  [3, "DEVICE_UNAVAILABLE", (t) => [...smallBenchmark(t).evalArgs, "--device", "cuda:99"]],
  [3, "OUTPUT_WRITE_FAILED", (t) => [...smallBenchmark(t).evalArgs, "--out", "/dev/null/x"]],
  [4, "DATA_NOT_FOUND", (t) => [...smallBenchmark(t).evalArgs, "--data", "/nowhere"]],
  [4, "DATA_LAYOUT", (t) => [...smallBenchmark(t).evalArgs, "--data", fileTree(t, ["a/b.txt"])]],
  [
    4,
    "DATA_CLASS_WITHOUT_VAL",
    (t) => [...smallBenchmark(t).evalArgs, "--val", fileTree(t, ["thing 0/a.jpg"])],
  ],
  [4, "SCORE_INPUT_INVALID", (t) => ["score", join(fileTree(t, { "x.csv": "a,b\n" }), "x.csv")]],
  [4, "IMAGE_UNREADABLE", () => ["pixels", "no-such.jpg"]],
  [5, "MODEL_NOT_FOUND", () => ["inspect", "no-such.pt"]],
  [5, "MODEL_NOT_TORCHSCRIPT", () => ["inspect", modelFile("model.onnx")]],
  [5, "MODEL_DAMAGED", () => ["inspect", modelFile("truncated.pt")]],
  [5, "MODEL_HASH_MISMATCH", () => ["inspect", modelFile("vit.pt"), "--sha256", "ab"]],
  [
    5,
    "MODEL_NO_LINEAR_HEAD",
    (t) => replaced(smallBenchmark(t).evalArgs, "traced-conv.pt", "no-head-squeezenet.pt"),
  ],
  [
    5,
    "MODEL_FORWARD_FAILED",
    (t) => replaced(smallBenchmark(t).evalArgs, "traced-conv.pt", "raises.pt"),
  ],
];

function without(args: readonly string[], flag: string): string[] {
  const at = args.indexOf(flag);
  return args.filter((_, i) => i !== at && i !== at + 1);
}

function replaced(args: readonly string[], from: string, to: string): string[] {
  return args.map((one) => one.replace(from, to));
}

describe("the exit status tells the kind of failure", () => {
  for (const [status, code, argsOf] of CASES.filter(([, code]) => code !== "CONFIG_INVALID")) {
    test(`${code}: ${status}`, async (t) => {
      const args = argsOf(t);
      const plain = await answerOf(args);
      assert.equal(plain.status, status, plain.stderr);
      assert.equal(plain.stdout, "");
      assert.match(plain.stderr, new RegExp(`^error\\[${code}\\]: .+\nhint: .+`, "m"));
      const json = await answerOf([...args, "--json"]);
      assert.equal(json.status, status);
      assert.equal((JSON.parse(json.stdout) as { error: { code: string } }).error.code, code);
    });
  }

  test("the status is the process's own; a broken configuration file is a matter of usage", async (t) => {
    const cwd = fileTree(t, { "spurious-native.config.json": "{broken" });
    const args = ["eval", modelFile("traced-conv.pt"), ...KNOWN, "--json"];
    const { status, signal, stdout, stderr } = await runCli(args, { cwd });
    assert.deepEqual([status, signal], [2, null]);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "CONFIG_INVALID");
    assert.match(stderr, /^error\[CONFIG_INVALID\]: /);
  });

  test("data are found by environment and configuration file, flags winning over both", async (t) => {
    const { root, data, val, evalArgs } = smallBenchmark(t);
    const bare = without(without(evalArgs, "--data"), "--val");
    const byEnvironment = await runCli([...bare, "--json"], {
      cwd: root,
      env: { SPURIOUS_IMAGENET: data, IMAGENET_ROOT: val },
    });
    assert.equal(byEnvironment.status, 0, byEnvironment.stderr);
    const config = JSON.stringify({ data: "spurious", val: "val" });
    writeFileSync(join(root, "spurious-native.config.json"), config);
    const byFile = await runCli([...bare, "--json"], { cwd: root });
    assert.equal(byFile.status, 0, byFile.stderr);
    const byFlag = await runCli([...bare, "--data", "nowhere", "--json"], { cwd: root });
    assert.equal(byFlag.status, 4);
  });
});
