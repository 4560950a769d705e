import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { compareResults } from "../../../src/comparison/compare.js";
import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { scoreImages } from "../../../src/scoring/score-images.js";
import { fileTree } from "../../helpers/file-tree.js";
import { assertClose } from "../../helpers/numbers.js";
import { Random } from "../../helpers/random.js";

const CLASSES = [94, 565];

/** A table of 12 val and 18 spurious images of each class; val images score higher by `margin`. */
function table(seed: number, margin: number, drop = ""): string {
  const random = new Random(seed);
  const lines = CLASSES.flatMap((index) =>
    Array.from({ length: 30 }, (_, i) => {
      const split = i < 12 ? "val" : "spurious";
      const p = random.next() * (1 - margin) + (split === "val" ? margin : 0);
      return `${String(index)}/${String(i)}.jpg,${split},${String(index)},${String(Math.fround(p))}`;
    }),
  );
  return [
    "path,split,class,p",
    ...lines.filter((line) => drop === "" || !line.startsWith(drop)),
  ].join("\n");
}

async function results(t: TestContext, first: string, second: string): Promise<[string, string]> {
  const root = fileTree(t, { "first.csv": first, "second.csv": second });
  const folders: string[] = [];
  for (const name of ["first", "second"]) {
    const out = join(root, name);
    await scoreImages({
      images: join(root, `${name}.csv`),
      out,
      classMap: imagenet1k(),
      bootstrap: 100,
      seed: 0,
    });
    folders.push(out);
  }
  return folders as [string, string];
}

describe("compareResults", () => {
  it("gives the differences of what the results hold, and an interval around each", async (t) => {
    const [a, b] = await results(t, table(1, 0), table(2, 0.6));
    const comparison = await compareResults(a, b, { bootstrap: 500 });
    assertClose(
      comparison.mean.ap,
      comparison.second.score.mean - comparison.first.score.mean,
      1e-15,
    );
    const [low, high] = comparison.mean.apCi95!;
    assert.ok(low > 0 && low < comparison.mean.ap && comparison.mean.ap < high);
    assert.deepEqual(
      comparison.classes.map(({ index }) => index),
      CLASSES,
    );
    assert.ok(
      Math.abs(comparison.images[0]!.second - comparison.images[0]!.first) >=
        Math.abs(comparison.images[1]!.second - comparison.images[1]!.first),
    );
  });

  it("finds nothing between a result and itself", async (t) => {
    const [a, b] = await results(t, table(1, 0.3), table(1, 0.3));
    const { mean, joint, images } = await compareResults(a, b, { bootstrap: 50 });
    assert.deepEqual([mean.ap, mean.apCi95, joint.ap, joint.apCi95], [0, [0, 0], 0, [0, 0]]);
    assert.deepEqual(images, []);
  });

  it("refuses results of other images, naming one", async (t) => {
    const [a, b] = await results(t, table(1, 0), table(1, 0, "94/3.jpg"));
    await assert.rejects(compareResults(a, b), { code: "RESULTS_DIFFER", message: /94\/3\.jpg/ });
    await assert.rejects(compareResults(b, a), { code: "RESULTS_DIFFER", message: /94\/3\.jpg/ });
  });

  it("tells a picture of another class in the other result apart", async (t) => {
    const moved = table(1, 0).replace("94/3.jpg,val,94", "94/3.jpg,val,565");
    const [a, b] = await results(t, table(1, 0), moved);
    await assert.rejects(compareResults(a, b), {
      code: "RESULTS_DIFFER",
      message: /no val image 94\/3\.jpg of class 94 in /,
    });
  });

  it("reads tables with images of classes that have no score, which make no difference", async (t) => {
    const further = `${table(1, 0)}\n7/1.jpg,val,7,0.8`;
    const [a, b] = await results(t, further, table(2, 0.6));
    const { classes, images } = await compareResults(a, b, { bootstrap: 50 });
    assert.deepEqual(
      classes.map(({ index }) => index),
      CLASSES,
    );
    assert.ok(images.every((image) => CLASSES.includes(image.class)));
    const same = await compareResults(a, a, { bootstrap: 50 });
    assert.deepEqual(same.images, []);
  });

  it("refuses a damaged, foreign or missing result", async (t) => {
    const [a, b] = await results(t, table(1, 0), table(2, 0));
    writeFileSync(join(b, "result.json"), '{"schema": "spurious-native/eval/2"}');
    await assert.rejects(compareResults(a, b), { code: "RESULT_INVALID", message: /eval\/2/ });
    writeFileSync(join(b, "result.json"), '{"schema": "spurious-native/ev');
    await assert.rejects(compareResults(a, b), { code: "RESULT_INVALID" });
    await assert.rejects(compareResults(a, join(b, "nothing")), { code: "RESULT_INVALID" });
  });
});
