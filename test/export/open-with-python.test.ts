import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { readSafetensors } from "../../src/artefacts/safetensors.js";
import { demoModel, demoSpurious, demoTrain, demoVal } from "../../src/demo/demo.js";
import { answerOf } from "../helpers/cli.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { run } from "./python.js";

const PYTHON = process.env["SPURIOUS_NATIVE_TEST_PYTHON"] || "python3";

/** Prints what the safetensors package finds in each file. */
const OPEN = `
import json, sys
from safetensors import safe_open
found = {}
for path in sys.argv[1:]:
    with safe_open(path, "numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        found[path] = {
            "metadata": file.metadata(),
            "tensors": {
                name: {"dtype": str(one.dtype), "shape": list(one.shape), "sum": float(one.sum(dtype="float64"))}
                for name, one in tensors.items()
            },
        }
print(json.dumps(found))
`;

const PARQUET = `
import json, sys
import pyarrow.parquet
table = pyarrow.parquet.read_table(sys.argv[1])
print(json.dumps({"rows": table.num_rows, "columns": {f.name: str(f.type) for f in table.schema}, "first": table.slice(0, 1).to_pylist()[0]}))
`;

interface Opened {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<
    Record<
      string,
      { readonly dtype: string; readonly shape: readonly number[]; readonly sum: number }
    >
  >;
}

/** Why a package cannot be had; false where it can. */
async function missing(name: string): Promise<string | false> {
  const { status, stderr } = await run(PYTHON, ["-c", `import ${name}`]);
  if (status === 0) return false;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return `${PYTHON} has no ${name} (${last}); name one that has in SPURIOUS_NATIVE_TEST_PYTHON`;
}

const skip = await missing("safetensors.numpy");
const noParquet = await missing("pyarrow.parquet");

describe("files opened with Python", () => {
  const root = temporaryFolder();
  after(() => root.remove());

  describe("by the safetensors package", { skip }, () => {
    const pca = join(root.path, "pca");
    const tensors = join(pca, "003.safetensors");
    const fix = join(root.path, "fix.safetensors");
    let opened: Readonly<Record<string, Opened>>;

    before(async () => {
      const components = join(root.path, "components.json");
      writeFileSync(components, JSON.stringify({ 3: [0, 2], 8: [0] }));
      const train = ["--train", demoTrain()];
      for (const args of [
        [
          "pca",
          "fit",
          demoModel(),
          ...train,
          "--classes",
          "3,8",
          "--components",
          "5",
          "--out",
          pca,
        ],
        [
          "spufix",
          "fit",
          demoModel(),
          ...train,
          "--alphas",
          pca,
          "--components",
          components,
        ].concat("--out", fix),
      ]) {
        const { status, stderr } = await answerOf(args);
        assert.equal(status, 0, stderr);
      }
      const { status, stdout, stderr } = await run(PYTHON, ["-c", OPEN, tensors, fix]);
      assert.equal(status, 0, stderr);
      opened = JSON.parse(stdout) as Record<string, Opened>;
    });

    /** Shapes and types, and that the values are those that this program reads. */
    async function assertTensors(path: string, expected: Readonly<Record<string, string>>) {
      const found = opened[path]?.tensors ?? {};
      const described = Object.entries(found).map(([name, { dtype, shape }]) => [
        name,
        `${dtype} [${shape.join(", ")}]`,
      ]);
      assert.deepEqual(Object.fromEntries(described), expected);
      const own = (await readSafetensors(path)).tensors;
      for (const [name, { sum }] of Object.entries(found)) {
        let total = 0;
        for (const value of own.get(name)?.data ?? []) total += Number(value);
        assert.ok(Math.abs(sum - total) <= 1e-9 * Math.max(1, Math.abs(total)), name);
      }
    }

    test("a class of pca fit", async () => {
      const d = opened[tensors]?.tensors["mean"]?.shape[0] ?? 0;
      assert.ok(d > 1);
      await assertTensors(tensors, {
        mean: `float64 [${d}]`,
        eigenvalues: "float64 [5]",
        components: `float32 [5, ${d}]`,
        alphas: "float32 [70, 5]",
        probabilities: "float32 [70]",
        weight: `float32 [${d}]`,
        bias: "float32 [1]",
      });
      assert.deepEqual(opened[tensors]?.metadata, { schema: "spurious-native/pca/1", class: "3" });
    });

    test("a fix of spufix fit", async () => {
      const d = opened[tensors]?.tensors["mean"]?.shape[0] ?? 0;
      await assertTensors(fix, {
        directions: `float32 [3, ${d}]`,
        classes: "int64 [3]",
        eigenIndices: "int64 [3]",
        means: `float32 [2, ${d}]`,
      });
      const { schema, modelSha256 = "", provenance = "" } = opened[fix]?.metadata ?? {};
      assert.equal(schema, "spurious-native/spufix/1");
      assert.match(modelSha256, /^[0-9a-f]{64}$/);
      const { version } = JSON.parse(provenance) as { version: string };
      assert.match(version, /^\d+\.\d+\.\d+/);
    });
  });

  test("images.parquet of eval, by pyarrow", { skip: noParquet }, async () => {
    const out = join(root.path, "eval");
    const data = ["--data", demoSpurious(), "--val", demoVal(), "--bootstrap", "20"];
    const { status, stderr } = await answerOf(["eval", demoModel(), ...data, "--out", out]);
    assert.equal(status, 0, stderr);
    const read = await run(PYTHON, ["-c", PARQUET, join(out, "images.parquet")]);
    assert.equal(read.status, 0, read.stderr);
    const { rows, columns, first } = JSON.parse(read.stdout) as {
      rows: number;
      columns: Record<string, string>;
      first: { split: string; p: number };
    };
    assert.equal(rows, 560);
    assert.deepEqual(Object.keys(columns), [
      ...["path", "split", "class", "p", "logit", "predicted", "predictedProb"],
    ]);
    assert.ok(first.split === "val" || first.split === "spurious");
    assert.ok(first.p >= 0 && first.p <= 1);
  });
});
