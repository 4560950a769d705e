import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { benchmarkFolders, findLocations } from "../../../src/config/locations.js";
import { fileTree } from "../../helpers/file-tree.js";

const CONFIG = "spurious-native.config.json";
const env = { SPURIOUS_IMAGENET: "/env/spurious", IMAGENET_ROOT: "/env/imagenet" };

describe("findLocations", () => {
  test("a flag wins over the environment, that over the file; each names its source", (t) => {
    const root = fileTree(t, {
      [CONFIG]: '{"data": "sets/spurious", "val": "/sets/imagenet"}',
      "a/b/": "",
    });
    const cwd = join(root, "a/b");
    assert.deepEqual(findLocations({ data: "x", val: "/y", env, cwd }), {
      data: { value: join(cwd, "x"), source: "flag --data", kind: "flag" },
      val: { value: "/y", source: "flag --val", kind: "flag" },
    });
    assert.deepEqual(findLocations({ env, cwd }), {
      data: {
        value: "/env/spurious",
        source: "environment SPURIOUS_IMAGENET",
        kind: "environment",
      },
      val: { value: "/env/imagenet", source: "environment IMAGENET_ROOT", kind: "environment" },
    });
    assert.deepEqual(findLocations({ env: { IMAGENET_ROOT: "" }, cwd }), {
      data: {
        value: join(root, "sets/spurious"),
        source: `config ${join(root, CONFIG)}`,
        kind: "config",
      },
      val: { value: "/sets/imagenet", source: `config ${join(root, CONFIG)}`, kind: "config" },
    });
  });

  test("the nearest configuration file is the one that counts", (t) => {
    const root = fileTree(t, {
      [CONFIG]: '{"data": "far", "val": "far"}',
      [`a/${CONFIG}`]: '{"data": "near"}',
    });
    const { data, val } = findLocations({ env: {}, cwd: join(root, "a") });
    assert.equal(data?.value, join(root, "a/near"));
    assert.equal(val, null);
  });

  test("finds nothing where nothing is named", (t) => {
    assert.deepEqual(findLocations({ env: {}, cwd: fileTree(t, []) }), { data: null, val: null });
  });

  for (const [title, text, expected] of [
    ["broken JSON", '{"data": ', /expected a JSON object/],
    ["a list", "[]", /expected a JSON object, got \[\]/],
    ["an unknown field", '{"vals": "x"}', /"vals"/],
    ["a number as a path", '{"val": 3}', /"val" to be a folder's path, got 3/],
  ] as const) {
    test(`refuses a configuration with ${title}, unless nothing is taken from it`, (t) => {
      const cwd = fileTree(t, { [CONFIG]: text });
      assert.throws(() => findLocations({ data: "x", env: {}, cwd }), {
        code: "CONFIG_INVALID",
        message: expected,
        input: join(cwd, CONFIG),
      });
      assert.equal(findLocations({ data: "/x", val: "/y", env: {}, cwd }).data?.value, "/x");
    });
  }
});

describe("benchmarkFolders", () => {
  test("needs a data folder", (t) => {
    assert.throws(() => benchmarkFolders({ env: { IMAGENET_ROOT: "/v" }, cwd: fileTree(t, []) }), {
      code: "DATA_NOT_GIVEN",
    });
  });

  test("a validation folder of a weaker source than the data is a fallback", (t) => {
    const cwd = fileTree(t, []);
    assert.deepEqual(benchmarkFolders({ data: "/d", env, cwd }), {
      data: "/d",
      valFallback: "/env/imagenet",
    });
    assert.deepEqual(benchmarkFolders({ val: "/v", env, cwd }), {
      data: "/env/spurious",
      val: "/v",
    });
    assert.deepEqual(benchmarkFolders({ data: "/d", env: {}, cwd }), { data: "/d" });
  });
});
