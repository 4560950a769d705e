import assert from "node:assert/strict";
import { cpSync, existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Command } from "clipanion";

import { EvalCommand } from "../../src/commands/eval.js";
import { InspectCommand } from "../../src/commands/inspect.js";
import { PixelsCommand } from "../../src/commands/pixels.js";
import { ScoreCommand } from "../../src/commands/score.js";
import { demoModel } from "../../src/demo/demo.js";
import { imagesCsv } from "../../src/results/images-table.js";
import { runCli } from "../helpers/cli.js";
import { evalData, evalModel } from "../helpers/eval-reference.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { rowsOf, TABLES } from "../helpers/score-tables.js";
import { withMetadata } from "../helpers/torchscript.js";

type CommandWithUsage = { readonly usage?: ReturnType<typeof Command.Usage> };

function examplesOf({ usage }: CommandWithUsage): string[] {
  return (usage?.examples ?? []).map(([, line]) => line.replace("$0", "spurious-native"));
}

describe("the examples of the help work as they stand", () => {
  for (const line of [EvalCommand, ScoreCommand, InspectCommand, PixelsCommand].flatMap(
    examplesOf,
  )) {
    const demo = line.includes("--demo");
    const skip = demo && !existsSync(demoModel()) && "the demo has not been built";
    test(line, { skip }, async (t) => {
      const [table] = TABLES;
      assert.ok(table);
      const cwd = fileTree(t, { "images.csv": imagesCsv(rowsOf(table)) });
      symlinkSync(evalData("data-extra/spurious_imagenet"), join(cwd, "spurious_imagenet"));
      symlinkSync(evalData("data-extra/imagenet"), join(cwd, "imagenet"));
      cpSync(fixture("preprocess/images/jpeg-420.jpg"), join(cwd, "photo.jpg"));
      const metadata = { schema: "spurious-native/model/1", inputSize: 160 };
      writeFileSync(join(cwd, "model.pt"), withMetadata(evalModel("tiny-resnet"), metadata));
      writeFileSync(join(cwd, "models.txt"), "model.pt # the only one\n");
      const { status, stdout, stderr } = await runCli(line.split(" ").slice(1), { cwd });
      assert.equal(status, 0, stderr);
      assert.notEqual(stdout, "");
      const out = / --(?:out|to) (\S+)/.exec(line)?.[1];
      if (out !== undefined) assert.ok(existsSync(join(cwd, out)));
    });
  }
});
