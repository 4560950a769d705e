import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { joinByName } from "../../../src/mitigation/join-by-name.js";

/** Rows of pictures 8, in the order of the pictures. */
function rowsOf(images: readonly string[], pictures: readonly string[]): (number | undefined)[] {
  const { rows } = joinByName("pca: class 8", images, [], pictures);
  return pictures.map((picture) => rows.get(picture));
}

describe("joinByName", () => {
  test("pictures of one name in two folders are told apart by their path", () => {
    const names = ["hen/a/1.jpg", "hen/a/2.jpg", "hen/b/1.jpg"];
    assert.deepEqual(rowsOf(names, names), [0, 1, 2]);
    assert.deepEqual(rowsOf(names, [...names].reverse()), [2, 1, 0]);
  });

  test("the class's folder may be named otherwise", () => {
    const images = ["n01514859/a/1.jpg", "n01514859/b/1.jpg"];
    assert.deepEqual(rowsOf(images, ["8/b/1.jpg", "8/a/1.jpg"]), [1, 0]);
  });

  test("a file's own name joins where it is the only one of that name on both sides", () => {
    assert.deepEqual(rowsOf(["8/1.jpg", "8/2.jpg"], ["8/x/2.jpg", "8/y/1.jpg"]), [1, 0]);
  });

  for (const [what, images, pictures] of [
    ["there", ["8/a/1.jpg", "8/b/1.jpg"], ["8/1.jpg"]],
    ["here", ["8/1.jpg"], ["8/a/1.jpg", "8/b/1.jpg"]],
  ] as const) {
    test(`a name that is there twice ${what} is refused by name`, () => {
      assert.throws(() => joinByName("pca: class 8", images, [], pictures), {
        code: "ARTEFACT_INVALID",
        message:
          /class 8: .*tell the training images apart, got 1\.jpg, .* 8\/a\/1\.jpg and 8\/b\/1/,
      });
    });
  }

  test("a picture that is not known is refused by name", () => {
    assert.throws(() => joinByName("pca: class 8", ["8/1.jpg"], [], ["8/1.jpg", "8/2.jpg"]), {
      code: "ARTEFACT_INVALID",
      message: /expected an alpha of every training image, got none of 8\/2\.jpg/,
    });
  });

  test("pictures that the PCA skipped are listed, with the reason", () => {
    const skipped = [{ path: "8/b/1.jpg", message: "broken" }];
    const { rows, without } = joinByName("pca: class 8", ["8/a/1.jpg"], skipped, [
      "hen/a/1.jpg",
      "hen/b/1.jpg",
    ]);
    assert.deepEqual([...rows], [["hen/a/1.jpg", 0]]);
    assert.deepEqual(without, [{ path: "hen/b/1.jpg", message: "broken" }]);
    assert.throws(() => joinByName("pca: class 8", ["8/a/1.jpg"], skipped, ["hen/b/1.jpg"]), {
      code: "ARTEFACT_INVALID",
      message: /expected alphas of training images, got none/,
    });
  });
});
