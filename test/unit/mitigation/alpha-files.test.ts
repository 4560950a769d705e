import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";

import { openDiscovery } from "../../../src/mitigation/discovery-alphas.js";
import { fileTree } from "../../helpers/file-tree.js";
import { readFixture } from "../../helpers/fixtures.js";

/** Images of the fixtures; value (i, l) of their five columns is (5 i + l) / 8. */
const PICTURES = Array.from(
  { length: 12 },
  (_, i) => `n0/image_${String.fromCharCode(97 + i)}.png`,
);
const value = (row: number, column: number): number => (5 * row + column) / 8;

/** A folder with a fixture as the file of a class. */
function folderOf(t: TestContext, classIndex: number, fixture: string): string {
  const number = String(classIndex).padStart(3, "0");
  const content = readFixture(`checkpoints/${fixture}`);
  return fileTree(t, { [`spurious_alphas_train_${number}.pt`]: content, "README.md": "" });
}

async function alphasOf(folder: string, classIndex: number, components: readonly number[]) {
  const discovery = await openDiscovery(folder);
  assert.equal(discovery.provenance.joinedBy, "position");
  return discovery.of(classIndex, components, PICTURES);
}

describe("the original's files of alphas", () => {
  test("more columns than the largest component: columns are eigen indices", async (t) => {
    // 105 has the labelled components 2 and 1.
    const alphas = await alphasOf(folderOf(t, 105, "alphas-wide.pt"), 105, [1, 2]);
    assert.deepEqual([alphas.at(0, 0), alphas.at(0, 1)], [value(0, 1), value(0, 2)]);
    assert.deepEqual([alphas.at(7, 0), alphas.at(7, 1)], [value(7, 1), value(7, 2)]);
  });

  test("NumPy's arrays are read as PyTorch's tensors", async (t) => {
    const alphas = await alphasOf(folderOf(t, 105, "alphas-numpy.pt"), 105, [2]);
    assert.equal(alphas.at(11, 0), value(11, 2));
  });

  test("as many columns as labelled components: in the order of the published list", async (t) => {
    // 14 has 29, 17 and 2, which three columns cannot number.
    const alphas = await alphasOf(folderOf(t, 14, "alphas-three.pt"), 14, [2, 17, 29]);
    const got = [0, 1, 2].map((at) => alphas.at(3, at));
    assert.deepEqual(got, [value(3, 2), value(3, 1), value(3, 0)]);
  });

  test("one column without a second dimension", async (t) => {
    // 11 has component 3 alone.
    const alphas = await alphasOf(folderOf(t, 11, "alphas-one.pt"), 11, [3]);
    assert.equal(alphas.at(5, 0), value(5, 0));
  });

  test("a dictionary of eigen indices", async (t) => {
    const alphas = await alphasOf(folderOf(t, 80, "alphas-dict.pt"), 80, [1, 3]);
    assert.deepEqual([alphas.at(4, 0), alphas.at(4, 1)], [value(4, 1), value(4, 3)]);
  });

  test("rows are those of the pictures by name, unreadable ones counted", async (t) => {
    const alphas = await alphasOf(folderOf(t, 105, "alphas-wide.pt"), 105, [1]);
    const [a = "", , c = "", d = ""] = PICTURES;
    assert.deepEqual(alphas.rowsOf([d, a, c]), [3, 0, 2]);
  });
});

describe("files of alphas that do not fit", () => {
  test("another number of images is ARTEFACT_INVALID with both numbers", async (t) => {
    const discovery = await openDiscovery(folderOf(t, 105, "alphas-wide.pt"));
    await assert.rejects(discovery.of(105, [1], PICTURES.slice(1)), {
      code: "ARTEFACT_INVALID",
      message: /expected alphas of 11 training images, got 12 rows/,
    });
  });

  test("too few columns are ARTEFACT_INVALID with the shape", async (t) => {
    await assert.rejects(alphasOf(folderOf(t, 94, "alphas-wide.pt"), 94, [1, 16]), {
      code: "ARTEFACT_INVALID",
      message: /components 1, 16.*got \[12, 5\]/,
    });
  });

  test("a dictionary without a component, and no array at all, are ARTEFACT_INVALID", async (t) => {
    await assert.rejects(alphasOf(folderOf(t, 80, "alphas-dict.pt"), 80, [2]), {
      code: "ARTEFACT_INVALID",
      message: /got nothing/,
    });
    await assert.rejects(alphasOf(folderOf(t, 80, "hostile-legacy.pt"), 80, [1]), {
      code: "ARTEFACT_INVALID",
      message: /posix\.system/,
    });
  });

  test("a class without a file is USAGE_INVALID", async (t) => {
    await assert.rejects(alphasOf(folderOf(t, 105, "alphas-wide.pt"), 94, [1]), {
      code: "USAGE_INVALID",
      message: /spurious_alphas_train_094\.pt/,
    });
  });

  test("two files of one class, and a folder without any, are ARTEFACT_INVALID", async (t) => {
    const twice = fileTree(t, { "alphas_094.pt": "", "other_94.pt": "" });
    for (const folder of [twice, fileTree(t, ["README.md"])]) {
      await assert.rejects(openDiscovery(folder), { code: "ARTEFACT_INVALID" });
    }
  });
});
