import assert from "node:assert/strict";
import { test } from "node:test";

import { imagenet1k, resolveClassMap } from "../../../src/imagenet/class-map.js";
import { classesNamed, findClass } from "../../../src/imagenet/find-class.js";

const map = imagenet1k();

test("finds a class by index, padded index, WordNet id, label and synonym", () => {
  for (const text of ["94", "094", "n01833805", "hummingbird", "HummingBird "]) {
    assert.equal(findClass(map, text).index, 94, text);
  }
  assert.equal(findClass(map, "0").index, 0);
  assert.equal(findClass(map, "000").index, 0);
  assert.equal(findClass(map, "white shark").index, 2);
  assert.equal(findClass(map, "great_white_shark").index, 2);
  assert.equal(findClass(map, "Carcharodon carcharias").index, 2);
  assert.equal(findClass(map, "sulphur-crested cockatoo").index, 89);
});

test("every class is found by its index and WordNet id", () => {
  for (const { index, wnid } of map.classes) {
    assert.equal(findClass(map, String(index)).index, index);
    assert.equal(findClass(map, wnid).index, index);
  }
});

test("a label wins over the synonym of another class", () => {
  // "tub" is the label of 876 and a synonym of 435 (bathtub).
  assert.deepEqual(
    classesNamed(map, "tub").map(({ index }) => index),
    [876],
  );
});

test("labels and synonyms of several classes are reported, not guessed", () => {
  assert.deepEqual(
    classesNamed(map, "crane").map(({ index }) => index),
    [134, 517],
  );
  assert.deepEqual(
    classesNamed(map, "maillot").map(({ index }) => index),
    [638, 639],
  );
  assert.throws(() => findClass(map, "crane"), {
    code: "USAGE_INVALID",
    message: /got 134 crane \(n02012849\), 517 crane \(n03126707\)/,
    hint: /Give the index/,
  });
});

test("an unknown name gets similar ones, an index out of range the range", () => {
  assert.throws(() => findClass(map, "hummingbir"), {
    code: "USAGE_INVALID",
    hint: /did you mean 94 hummingbird/,
  });
  assert.throws(() => findClass(map, "1000"), {
    code: "USAGE_INVALID",
    hint: /indices of imagenet1k run from 0 to 999/,
  });
  assert.deepEqual(classesNamed(map, ""), []);
});

test("a number that is one class's index and another's label is ambiguous", () => {
  const digits = resolveClassMap(
    {
      classes: [
        { index: 0, label: "1" },
        { index: 1, label: "0" },
      ],
    },
    2,
  );
  assert.throws(() => findClass(digits, "1"), { code: "USAGE_INVALID" });
});
