import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { parseFeatureFolder, readSpuriousSet } from "../../../src/datasets/spurious-imagenet.js";
import { imagenet1k, resolveClassMap } from "../../../src/imagenet/class-map.js";
import { benchmarkFeatures } from "../../../src/imagenet/facts.js";
import { FolderTree } from "../../../src/sources/folder-tree.js";
import { fileTree } from "../../helpers/file-tree.js";

const classMap = imagenet1k();
const BIRD = "class_spurious_094_hummingbird_comp_1";

describe("parseFeatureFolder", () => {
  test("reads the third field as class and the last as eigen index", () => {
    assert.deepEqual(parseFeatureFolder(BIRD), { classIndex: 94, eigenIndex: 1 });
    assert.deepEqual(parseFeatureFolder("class_spurious_565_freight_car_comp_10"), {
      classIndex: 565,
      eigenIndex: 10,
    });
    assert.deepEqual(parseFeatureFolder("a_b_0_2"), { classIndex: 0, eigenIndex: 2 });
  });

  for (const name of [
    "hummingbird",
    "class_spurious_094",
    "a_b_c_1",
    "class_spurious_094_bird",
    "_",
  ]) {
    test(`takes ${name} for another kind of folder`, () => {
      assert.equal(parseFeatureFolder(name), null);
    });
  }
});

describe("readSpuriousSet", () => {
  test("finds the feature folders from any folder above them", async (t) => {
    const root = fileTree(t, [
      `x/spurious_imagenet/images/${BIRD}/a.jpg`,
      "x/imagenet/val/n01833805/b.JPEG",
    ]);
    const images = join(root, "x/spurious_imagenet/images");
    for (const data of ["x", "x/spurious_imagenet", "x/spurious_imagenet/images"]) {
      const set = await readSpuriousSet(new FolderTree(join(root, data)), classMap);
      assert.equal(set.tree.root, images);
      const samples = set.samples.map(({ source, ...sample }) => [source.name, sample]);
      assert.deepEqual(samples, [
        [join(images, BIRD, "a.jpg"), { path: `${BIRD}/a.jpg`, split: "spurious", classIndex: 94 }],
      ]);
      assert.deepEqual(set.classes, [{ index: 94, components: [1] }]);
      assert.equal(set.layout, "own");
    }
  });

  test("pools two folders of one class and lists everything left out", async (t) => {
    const root = fileTree(t, [
      `${BIRD}/a.jpg`,
      `${BIRD}/Thumbs.db`,
      "class_spurious_094_hummingbird_comp_16/a.jpg",
      "class_spurious_002_white_shark_comp_1/",
      "class_spurious_000_tench_comp_0/b.jpg",
      "notes/readme.md",
      "__MACOSX/a.jpg",
      "stray.png",
      "timestamp.txt",
    ]);
    const set = await readSpuriousSet(new FolderTree(root), classMap);
    assert.deepEqual(set.classes, [
      { index: 0, components: [0] },
      // Folders in code point order: "..._comp_1" before "..._comp_16".
      { index: 94, components: [1, 16] },
    ]);
    assert.equal(set.samples.filter(({ classIndex }) => classIndex === 94).length, 2);
    assert.deepEqual(
      set.ignored.map(({ path, reason }) => `${path}: ${reason}`).sort(),
      [
        "__MACOSX: hidden or made by macOS",
        "class_spurious_002_white_shark_comp_1: folder without pictures",
        `${BIRD}/Thumbs.db: not a picture by its ending`,
        "notes/readme.md: not a picture by its ending",
        "notes: folder without pictures",
        "stray.png: picture outside a feature folder",
        "timestamp.txt: not a picture by its ending",
      ].sort(),
    );
    assert.ok(set.ignored.every(({ split }) => split === "spurious"));
  });

  test("knows version 2 by its 100 features and version 1 by its 40", async (t) => {
    const folders = benchmarkFeatures().map(
      (feature) =>
        `images/class_spurious_${String(feature.class).padStart(3, "0")}_` +
        `${feature.label.replaceAll(" ", "_")}_comp_${feature.eigen_indices[0] ?? 0}/a.jpg`,
    );
    const layoutOf = async (files: string[]) =>
      (await readSpuriousSet(new FolderTree(fileTree(t, files)), classMap)).layout;
    assert.equal(await layoutOf(folders), "spurious-imagenet-v2");
    assert.equal(await layoutOf(folders.slice(0, 40)), "spurious-imagenet-v1");
    assert.equal(await layoutOf(folders.slice(0, 99)), "own");
    assert.equal(
      await layoutOf([...folders.slice(1), "images/class_spurious_001_goldfish_comp_1/a.jpg"]),
      "own",
    );
    assert.equal(await layoutOf([...folders.slice(0, 39), "images/goldfish/a.jpg"]), "own");
  });

  test("reads own folders named by label, WordNet id or class index", async (t) => {
    const root = fileTree(t, [
      "humming bird/",
      "Hummingbird/a.jpg",
      "n01440764/a.jpg",
      "014/sub/a.webp",
    ]);
    const set = await readSpuriousSet(new FolderTree(root), classMap);
    assert.equal(set.layout, "own");
    assert.deepEqual(set.classes, [
      { index: 0, components: [] },
      { index: 14, components: [] },
      { index: 94, components: [] },
    ]);
    assert.ok(set.samples.some(({ path }) => path === "014/sub/a.webp"));
  });

  test("reads folders named after the classes of an own class map", async (t) => {
    const own = resolveClassMap(
      {
        classes: [
          { index: 0, label: "train" },
          { index: 1, label: "bus" },
        ],
      },
      2,
    );
    const root = fileTree(t, [
      "spurious/train/a.png",
      "spurious/class_spurious_1_bus_comp_3/b.png",
      "val/bus/c.png",
      "train/bus/d.png",
    ]);
    const set = await readSpuriousSet(new FolderTree(root), own);
    assert.equal(set.tree.root, join(root, "spurious"));
    assert.deepEqual(set.classes, [
      { index: 0, components: [] },
      { index: 1, components: [3] },
    ]);
  });

  test("follows linked feature folders and names broken links", async (t) => {
    const root = fileTree(t, ["store/a.jpg", "images/"]);
    symlinkSync("../store", join(root, "images", BIRD));
    symlinkSync("../gone", join(root, "images/class_spurious_000_tench_comp_0"));
    const set = await readSpuriousSet(new FolderTree(root), classMap);
    assert.deepEqual(
      set.samples.map(({ path }) => path),
      [`${BIRD}/a.jpg`],
    );
    assert.deepEqual(set.ignored, [
      {
        split: "spurious",
        path: "class_spurious_000_tench_comp_0",
        reason: "broken link (ENOENT)",
      },
    ]);
  });

  test("a feature folder of a class outside the class map is named", async (t) => {
    const root = fileTree(t, [`${BIRD}/a.jpg`, "class_spurious_1000_ghost_comp_2/a.jpg"]);
    await assert.rejects(readSpuriousSet(new FolderTree(root), classMap), {
      code: "DATA_LAYOUT",
      message: /got class_spurious_1000_ghost_comp_2 \(class 1000 is not in imagenet1k\)$/,
    });
  });

  test("pictures are never dropped because a folder name is misspelt or ambiguous", async (t) => {
    const root = fileTree(t, ["hummingbird/a.jpg", "humingbird/a.jpg", "crane/a.jpg"]);
    await assert.rejects(readSpuriousSet(new FolderTree(root), classMap), {
      code: "DATA_LAYOUT",
      message:
        /got crane \(may be 134 crane \(n02012849\), 517 .*\), humingbird \(names no class\)$/,
    });
  });

  test("a wrong folder shows what was found and the layout expected", async (t) => {
    const root = fileTree(t, [
      ...Array.from({ length: 12 }, (_, i) => `folder${i}/a.jpg`),
      "b.jpg",
      "c.txt",
    ]);
    await assert.rejects(readSpuriousSet(new FolderTree(root), classMap), {
      code: "DATA_LAYOUT",
      message: /expected feature folders, got folder0\/, folder1\/, folder10\/, .* and 6 more$/,
      hint: /class_spurious_094_hummingbird_comp_1/,
      input: root,
    });
    await assert.rejects(readSpuriousSet(new FolderTree(fileTree(t, [])), classMap), {
      code: "DATA_LAYOUT",
      message: /got an empty folder$/,
    });
  });

  test("feature folders that are all empty are refused", async (t) => {
    await assert.rejects(readSpuriousSet(new FolderTree(fileTree(t, [`${BIRD}/`])), classMap), {
      code: "DATA_LAYOUT",
      message: /expected pictures in feature folders, got class_spurious_094/,
    });
  });
});
