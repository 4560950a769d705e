import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openBenchmark } from "../../../src/datasets/benchmark.js";
import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { fileTree } from "../../helpers/file-tree.js";

const classMap = imagenet1k();
const BIRD = "class_spurious_094_hummingbird_comp_1";
const FISH = "class_spurious_000_tench_comp_0";

describe("openBenchmark", () => {
  test("orders pictures by class, then path, whatever the split", async (t) => {
    const root = fileTree(t, [
      `s/${BIRD}/b.jpg`,
      `s/${BIRD}/a.jpg`,
      `s/${FISH}/z.jpg`,
      "v/n01833805/1.JPEG",
      "v/n01440764/2.JPEG",
      "v/n01440764/10.JPEG",
    ]);
    const { samples, sizeOf, ...rest } = await openBenchmark({
      data: join(root, "s"),
      val: join(root, "v"),
      classMap,
    });
    assert.deepEqual(await Promise.all(samples.map(sizeOf)), [0, 0, 0, 0, 0, 0]);
    assert.deepEqual(
      samples.map(({ classIndex, path }) => [classIndex, path]),
      [
        [0, `${FISH}/z.jpg`],
        [0, "n01440764/10.JPEG"],
        [0, "n01440764/2.JPEG"],
        [94, `${BIRD}/a.jpg`],
        [94, `${BIRD}/b.jpg`],
        [94, "n01833805/1.JPEG"],
      ],
    );
    assert.deepEqual(rest, {
      spuriousRoot: join(root, "s"),
      valRoot: join(root, "v"),
      layout: "own",
      valLayout: "class folders",
      classes: [
        { index: 0, components: [0] },
        { index: 94, components: [1] },
      ],
      ignored: [],
    });
  });

  test("validation pictures: those given, else those inside data, else the fallback", async (t) => {
    const root = fileTree(t, [
      `both/spurious_imagenet/images/${BIRD}/a.jpg`,
      "both/imagenet/val/n01833805/inside.JPEG",
      `alone/${BIRD}/a.jpg`,
      "v/n01833805/other.JPEG",
    ]);
    const valOf = async (data: string, rest: { val?: string; valFallback?: string }) =>
      (await openBenchmark({ data: join(root, data), ...rest, classMap })).valRoot;
    const v = join(root, "v");
    const inside = join(root, "both/imagenet/val");
    assert.equal(await valOf("both", { val: v }), v);
    assert.equal(await valOf("both", { valFallback: v }), inside);
    assert.equal(await valOf("both", {}), inside);
    assert.equal(await valOf("alone", { valFallback: v }), v);
    await assert.rejects(valOf("alone", {}), { code: "DATA_NOT_GIVEN", message: /expected --val/ });
  });

  test("names the classes without validation pictures, also those with an empty folder", async (t) => {
    const root = fileTree(t, [
      `s/${BIRD}/a.jpg`,
      `s/${FISH}/a.jpg`,
      "s/goldfish/a.jpg",
      "v/n01443537/a.JPEG",
      "v/n01833805/",
    ]);
    await assert.rejects(openBenchmark({ data: join(root, "s"), val: join(root, "v"), classMap }), {
      code: "DATA_CLASS_WITHOUT_VAL",
      message:
        /expected pictures of all 3 classes of .*, got 2 class folders with none of 0 tench \(n01440764\), 94 hummingbird \(n01833805\)$/,
    });
  });

  test("refuses one folder as both, also through a link", async (t) => {
    const root = fileTree(t, ["v/n01833805/a.JPEG"]);
    symlinkSync("v", join(root, "w"));
    await assert.rejects(openBenchmark({ data: join(root, "w"), val: join(root, "v"), classMap }), {
      code: "DATA_LAYOUT",
      message: /got the same one for both/,
    });
  });

  test("reads a flat validation set with the development kit", async (t) => {
    const root = fileTree(t, {
      [`s/${BIRD}/a.jpg`]: "",
      "imagenet/val/ILSVRC2012_val_00000001.JPEG": "",
      "imagenet/val/ILSVRC2012_val_00000002.JPEG": "",
      "imagenet/ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt": "2\n1\n",
      "imagenet/ILSVRC2012_devkit_t12/data/meta.mat": readFileSync(
        new URL("../../fixtures/datasets/meta.mat", import.meta.url),
      ),
    });
    const { samples, valLayout } = await openBenchmark({
      data: join(root, "s"),
      val: join(root, "imagenet"),
      classMap,
    });
    assert.equal(valLayout, "ILSVRC2012_validation_ground_truth.txt");
    assert.deepEqual(
      samples.map(({ path }) => path),
      ["ILSVRC2012_val_00000002.JPEG", `${BIRD}/a.jpg`],
    );
  });
});
