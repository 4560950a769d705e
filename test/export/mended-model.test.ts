import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse } from "csv-parse/sync";

import { demoModel, demoSpurious, demoTrain, demoVal } from "../../src/demo/demo.js";
import { preprocessImage } from "../../src/images/preprocess.js";
import { evaluateFix } from "../../src/mitigation/evaluate-fix.js";
import { exportFix } from "../../src/mitigation/export-fix.js";
import { fitSpuFix } from "../../src/mitigation/fit.js";
import { addon } from "../../src/native/load.js";
import { fitPca } from "../../src/pca/fit.js";
import { exportPython, run } from "./python.js";

/** Plain PyTorch: no more than a user of the file has. */
const FORWARD = `
import json, sys
import torch
model, pixels, side = sys.argv[1:4]
images = torch.frombuffer(bytearray(open(pixels, "rb").read()), dtype=torch.uint8)
images = images.view(-1, int(side), int(side), 3).permute(0, 3, 1, 2).float() / 255
net = torch.jit.load(model)
with torch.no_grad():
    print(json.dumps({"mended": net(images).tolist(), "original": net.model(images).tolist()}))
`;

const folder = mkdtempSync(join(tmpdir(), "spurious-native-mended-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly path: string;
  readonly split: string;
  readonly class: string;
  readonly logit: string;
}

function rowsOf(arm: string): Row[] {
  const text = readFileSync(join(folder, "out", arm, "images.csv"));
  return parse(text, { columns: true });
}

const found = await exportPython();
const skip = "reason" in found ? found.reason : false;

test("plain PyTorch gives the logits that spufix eval prints", { skip }, async () => {
  assert.ok("python" in found);
  const place = (name: string): string => join(folder, name);
  const [model, fix, to] = [demoModel(), place("fix.safetensors"), place("mended.pt")];
  const train = demoTrain();
  await fitPca({ model, train, classes: "all", components: 2, out: place("pca"), device: "cpu" });
  writeFileSync(place("labels.json"), JSON.stringify({ "3": [0], "8": [0] }));
  const alphas = place("pca");
  await fitSpuFix({ model, train, alphas, components: place("labels.json"), out: fix });
  const data = { data: demoSpurious(), val: demoVal() };
  await evaluateFix({ model, fix, ...data, out: place("out"), bootstrap: 0 });
  const mended = await exportFix({ model, fix, to });

  const side = mended.metadata.inputSize ?? 0;
  const before = rowsOf("before");
  const mendedRows = rowsOf("after");
  const rows = [...mendedRows.keys()].filter((i) => mendedRows[i]?.split === "val");
  assert.ok(rows.length > 50);
  const pixels = new Uint8Array(rows.length * side * side * 3);
  for (const [at, i] of rows.entries()) {
    const options = { preprocessing: { preset: "paper-v2", size: side }, split: "val" } as const;
    const file = join(demoVal(), mendedRows[i]?.path ?? "");
    pixels.set((await preprocessImage(file, options, addon())).pixels, at * side * side * 3);
  }
  writeFileSync(place("pixels.bin"), pixels);
  assert.equal(mended.metadata.normalization, "inside");
  const forward = ["-c", FORWARD, to, place("pixels.bin"), String(side)];
  const { status, stdout, stderr } = await run(found.python, forward);
  assert.equal(status, 0, stderr);

  const answers = JSON.parse(stdout) as Record<"mended" | "original", number[][]>;
  let moved = 0;
  for (const [at, i] of rows.entries()) {
    const [a, b] = [before[i], mendedRows[i]];
    assert.ok(a !== undefined && b !== undefined);
    const column = Number(b.class);
    const original = answers.original[at]?.[column] ?? Number.NaN;
    const lowered = answers.mended[at]?.[column] ?? Number.NaN;
    assert.ok(Math.abs(original - Number(a.logit)) < 1e-4, `${b.path}: before`);
    assert.ok(Math.abs(lowered - Number(b.logit)) < 1e-4, `${b.path}: after`);
    moved = Math.max(moved, original - lowered);
  }
  assert.ok(moved > 0.1, `the fix lowered logits by at most ${String(moved)}`);
});
