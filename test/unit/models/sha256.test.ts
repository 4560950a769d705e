import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, test } from "node:test";

import { sha256File, verifiedHash } from "../../../src/models/sha256.js";
import { fileTree } from "../../helpers/file-tree.js";
import { Random } from "../../helpers/random.js";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("sha256File", () => {
  test("hashes files of nothing and of more than one piece", async (t) => {
    const large = new Random(1).bytes(3_000_001);
    const root = fileTree(t, { empty: "", large });
    assert.equal(await sha256File(join(root, "empty")), EMPTY);
    const expected = createHash("sha256").update(large).digest("hex");
    assert.equal(await sha256File(join(root, "large")), expected);
  });
});

describe("verifiedHash", () => {
  test("gives the hash, compares it where one is expected", async (t) => {
    const path = join(fileTree(t, { empty: "" }), "empty");
    assert.equal(await verifiedHash(path, undefined), EMPTY);
    assert.equal(await verifiedHash(path, EMPTY.toUpperCase()), EMPTY);
    await assert.rejects(verifiedHash(path, "12ab"), {
      code: "MODEL_HASH_MISMATCH",
      message: `checking the model file: ${path}: expected SHA-256 12ab, got ${EMPTY}`,
    });
  });

  test("leaves what is no file to the loader, which says more", async (t) => {
    const root = fileTree(t, []);
    assert.equal(await verifiedHash(root, "12ab"), "");
    assert.equal(await verifiedHash(join(root, "gone"), "12ab"), "");
  });
});
