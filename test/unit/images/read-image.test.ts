import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readImageFile } from "../../../src/images/read-image.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("readImageFile", () => {
  test("gives the whole content", async (t) => {
    const root = fileTree(t, { a: Uint8Array.of(1, 2, 3) });
    assert.deepEqual(Uint8Array.from(await readImageFile(join(root, "a"))), Uint8Array.of(1, 2, 3));
  });

  test("a missing file, a folder and a circle of links are unreadable, and say why", async (t) => {
    const root = fileTree(t, ["folder/"]);
    symlinkSync("circle", join(root, "circle"));
    for (const [name, why] of [
      ["gone.jpg", /no such file/],
      ["folder", /a folder/],
      ["circle", /a symbolic link that leads to itself/],
    ] as const) {
      const path = join(root, name);
      await assert.rejects(readImageFile(path), {
        code: "IMAGE_UNREADABLE",
        message: why,
        input: path,
      });
    }
  });
});
