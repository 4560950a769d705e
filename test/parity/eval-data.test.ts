import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { openBenchmark } from "../../src/datasets/benchmark.js";
import { imagenet1k } from "../../src/imagenet/class-map.js";
import { fileTree } from "../helpers/file-tree.js";

/** File names of the three golden data sets, and what the original made of them. */
interface Listing {
  readonly files: string[];
  /** Split, class, path. */
  readonly images: [string, number, string][];
  /** Class, val images, spurious images. */
  readonly classes: [number, number, number][];
}
const listings = JSON.parse(
  readFileSync(new URL("../fixtures/datasets/eval-listings.json", import.meta.url), "utf8"),
) as Record<string, Listing>;

for (const [name, { files, images, classes }] of Object.entries(listings)) {
  test(`${name}: the pictures, splits and classes are the original's`, async (t) => {
    const root = fileTree(t, files);
    const { sizeOf: sizeOfOne, ...together } = await openBenchmark({
      data: root,
      classMap: imagenet1k(),
    });
    const { sizeOf: sizeOfOther, ...apart } = await openBenchmark({
      data: join(root, "spurious_imagenet/images"),
      val: join(root, "imagenet"),
      classMap: imagenet1k(),
    });
    assert.deepEqual(apart, together);
    for (const sample of together.samples)
      assert.equal(await sizeOfOther(sample), await sizeOfOne(sample));
    assert.deepEqual(
      together.samples.map(({ split, classIndex, path }) => [split, classIndex, path]).sort(),
      [...images].sort(),
    );
    const counts = together.classes.map(({ index }) => [
      index,
      ...["val", "spurious"].map(
        (split) =>
          together.samples.filter((s) => s.classIndex === index && s.split === split).length,
      ),
    ]);
    assert.deepEqual(counts, classes);
    assert.ok(together.ignored.some(({ path }) => path === "timestamp.txt"));
  });
}

test("data-extra: class 14 pools two feature folders, the class without them is left out", async (t) => {
  const root = fileTree(t, listings["data-extra"]?.files ?? []);
  const { classes, ignored, layout } = await openBenchmark({ data: root, classMap: imagenet1k() });
  assert.equal(layout, "own");
  assert.deepEqual(classes[0], { index: 14, components: [17, 29] });
  assert.ok(
    ignored.some(
      ({ split, path, reason }) =>
        split === "val" && path === "." && reason === "folders of classes outside the benchmark: 1",
    ),
  );
});
