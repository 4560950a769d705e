import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readTrainSet, trainImages } from "../../../src/datasets/train-set.js";
import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { fileTree } from "../../helpers/file-tree.js";

const classMap = imagenet1k();
const WANTED = new Set([0, 94]);

const PICTURES = ["n01833805/b.JPEG", "n01833805/a.JPEG", "n01440764/c.JPEG", "n01443537/d.JPEG"];

describe("readTrainSet", () => {
  test("lists the pictures of the wanted classes, ascending by class, then by name", async (t) => {
    const root = fileTree(t, [...PICTURES, "n01833805/.hidden.JPEG", "n01833805/list.txt"]);
    const train = await readTrainSet(root, classMap, WANTED);
    assert.equal(train.root, root);
    assert.deepEqual(train.classes, [
      { index: 0, pictures: ["n01440764/c.JPEG"] },
      { index: 94, pictures: ["n01833805/a.JPEG", "n01833805/b.JPEG"] },
    ]);
    assert.deepEqual(
      trainImages(train).map(({ source, path, classIndex }) => [source.name, path, classIndex]),
      train.classes.flatMap(({ index, pictures }) =>
        pictures.map((path) => [join(root, path), path, index]),
      ),
    );
  });

  for (const place of [
    "train",
    "imagenet/train",
    "ILSVRC/Data/CLS-LOC/train",
    "Data/CLS-LOC/train",
    ".",
  ]) {
    test(`finds class folders in ${place}`, async (t) => {
      const root = fileTree(
        t,
        PICTURES.map((path) => join(place, path)),
      );
      const { root: found } = await readTrainSet(root, classMap, WANTED);
      assert.equal(found, join(root, place));
    });
  }

  test("takes folders named by index or label too", async (t) => {
    const root = fileTree(t, ["094/a.png", "tench/b.png"]);
    const { classes } = await readTrainSet(root, classMap, WANTED);
    assert.deepEqual(
      classes.map(({ index }) => index),
      [0, 94],
    );
  });

  test("names the wanted classes that have no pictures, also those with an empty folder", async (t) => {
    const root = fileTree(t, ["n01833805/", "n01440764/c.JPEG"]);
    await assert.rejects(readTrainSet(root, classMap, new Set([0, 94, 2])), {
      code: "DATA_CLASS_WITHOUT_TRAIN",
      message:
        /expected pictures of all 3 classes, got none of 2 .*, 94 hummingbird \(n01833805\)$/,
      input: root,
    });
  });

  test("names ten of many missing classes", async (t) => {
    const root = fileTree(t, ["n01833805/a.JPEG"]);
    const many = new Set(Array.from({ length: 20 }, (_, i) => i));
    await assert.rejects(readTrainSet(root, classMap, many), {
      code: "DATA_CLASS_WITHOUT_TRAIN",
      message: /9 ostrich \(n01518878\) and 10 more$/,
    });
  });

  test("a folder without class folders gets the layout expected; one that is missing does not", async (t) => {
    const root = fileTree(t, ["pictures/a.JPEG"]);
    await assert.rejects(readTrainSet(root, classMap, WANTED), {
      code: "DATA_LAYOUT",
      hint: /n01440764\/n01440764_10026\.JPEG/,
    });
    await assert.rejects(readTrainSet(join(root, "gone"), classMap, WANTED), {
      code: "DATA_NOT_FOUND",
    });
  });

  test("two folders of one class are an error", async (t) => {
    const root = fileTree(t, ["n01833805/a.JPEG", "94/b.JPEG", "0/c.JPEG"]);
    await assert.rejects(readTrainSet(root, classMap, WANTED), {
      code: "DATA_LAYOUT",
      message: /training class twice: .*one folder of class 94/,
    });
  });
});
