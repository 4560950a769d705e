import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { readValSet } from "../../../src/datasets/imagenet-val.js";
import { imagenet1k } from "../../../src/imagenet/class-map.js";
import { FolderTree } from "../../../src/sources/folder-tree.js";
import { openPictureTree } from "../../../src/sources/open-tree.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile } from "../../helpers/tar.js";

const classMap = imagenet1k();
const WANTED = new Set([0, 94]);

/** Class and path of every picture found. */
async function read(root: string): Promise<[number, string][]> {
  const { samples } = await readValSet(new FolderTree(root), classMap, WANTED);
  return samples.map(({ classIndex, path }) => [classIndex, path]);
}

describe("readValSet, class folders", () => {
  for (const place of [
    "",
    "val",
    "imagenet/val",
    "ILSVRC/Data/CLS-LOC/val",
    "Data/CLS-LOC/val",
    "ILSVRC2012_img_val",
    "imagenet",
  ]) {
    test(`finds them in the folder given, below "${place}"`, async (t) => {
      const root = fileTree(t, [
        join(place, "n01440764/ILSVRC2012_val_00000293.JPEG"),
        join(place, "n01443537/ILSVRC2012_val_00000236.JPEG"),
        "train/n01440764/n01440764_10026.JPEG",
      ]);
      const set = await readValSet(new FolderTree(root), classMap, WANTED);
      assert.equal(set.tree.root, join(root, place));
      assert.equal(set.layout, "class folders");
      const path = "n01440764/ILSVRC2012_val_00000293.JPEG";
      const samples = set.samples.map(({ source, ...sample }) => [source.name, sample]);
      assert.deepEqual(samples, [[join(root, place, path), { path, split: "val", classIndex: 0 }]]);
    });
  }

  test("takes class indices, padded or not, and labels as names", async (t) => {
    assert.deepEqual(await read(fileTree(t, ["0/a.jpg", "94/b.jpg", "1/c.jpg"])), [
      [0, "0/a.jpg"],
      [94, "94/b.jpg"],
    ]);
    assert.deepEqual(await read(fileTree(t, ["000/a.jpg", "094/b.jpg"])), [
      [0, "000/a.jpg"],
      [94, "094/b.jpg"],
    ]);
    assert.deepEqual(await read(fileTree(t, ["tench/a.jpg", "hummingbird/b.jpg", "crane/c.jpg"])), [
      [94, "hummingbird/b.jpg"],
      [0, "tench/a.jpg"],
    ]);
  });

  test("counts what lies outside the benchmark without listing it", async (t) => {
    const root = fileTree(t, [
      "n01440764/a.jpg",
      "n01440764/b.txt",
      "n01443537/c.jpg",
      "n01484850/d.txt",
      "n99999999/e.jpg",
      "f.jpg",
      "g.jpg",
      ".cache",
    ]);
    const { ignored, found } = await readValSet(new FolderTree(root), classMap, WANTED);
    assert.equal(found, "4 class folders");
    assert.deepEqual(
      ignored.map(({ path, reason }) => [path, reason]),
      [
        [".cache", "hidden or made by macOS"],
        ["n01440764/b.txt", "not a picture by its ending"],
        [".", "pictures outside a class folder: 2"],
        [".", "folders of classes outside the benchmark: 3"],
      ],
    );
  });

  test("refuses indices that start at 1, a class twice and an ambiguous label that is wanted", async (t) => {
    const oneBased = fileTree(
      t,
      Array.from({ length: 1000 }, (_, i) => `${i + 1}/`),
    );
    await assert.rejects(read(oneBased), {
      code: "DATA_LAYOUT",
      message: /expected class indices of imagenet1k from 0, got 1000$/,
    });
    await assert.rejects(read(fileTree(t, ["tench/a.jpg", "n01440764/a.jpg"])), {
      code: "DATA_LAYOUT",
      message: /expected one folder of class 0, got n01440764 and tench$/,
    });
    const crane = readValSet(
      new FolderTree(fileTree(t, ["crane/a.jpg"])),
      classMap,
      new Set([517]),
    );
    await assert.rejects(crane, { code: "DATA_LAYOUT", message: /not of 134 crane .*, 517 crane/ });
  });

  test("a wrong folder shows what was found and the layout expected", async (t) => {
    await assert.rejects(read(fileTree(t, ["train/x.txt", "readme.md"])), {
      code: "DATA_LAYOUT",
      message: /expected class folders, got train\/, readme\.md$/,
      hint: /n01440764\/ILSVRC2012_val_00000293\.JPEG[^]*LOC_val_solution\.csv/,
    });
    await assert.rejects(read("/nowhere/at/all"), { code: "DATA_NOT_FOUND" });
  });
});

describe("readValSet, flat", () => {
  const PICTURES = [
    "ILSVRC2012_val_00000001.JPEG",
    "ILSVRC2012_val_00000002.JPEG",
    "ILSVRC2012_val_00000003.JPEG",
  ];

  test("takes the classes from a ground truth file and says which", async (t) => {
    const root = fileTree(t, {
      ...Object.fromEntries(PICTURES.map((name) => [`val/${name}`, ""])),
      "val/ILSVRC2012_val_00000004.JPEG": "",
      "LOC_val_solution.csv":
        "ImageId,PredictionString\n" +
        "ILSVRC2012_val_00000003,n01440764 85 1 499 272 n01440764 1 2 3 4 \n" +
        "ILSVRC2012_val_00000001,n01833805 1 2 3 4 \r\n" +
        "ILSVRC2012_val_00000002,n01443537 1 2 3 4 \n",
    });
    const set = await readValSet(new FolderTree(root), classMap, WANTED);
    assert.equal(set.tree.root, join(root, "val"));
    assert.equal(set.layout, "LOC_val_solution.csv");
    assert.deepEqual(
      set.samples.map(({ classIndex, path }) => [classIndex, path]),
      [
        [94, PICTURES[0]],
        [0, PICTURES[2]],
      ],
    );
    assert.deepEqual(
      set.ignored.map(({ reason }) => reason),
      [
        "pictures that LOC_val_solution.csv does not list: 1",
        "pictures of classes outside the benchmark: 1",
      ],
    );
  });

  test("without a ground truth file says which ones are known", async (t) => {
    await assert.rejects(read(fileTree(t, PICTURES)), {
      code: "DATA_LAYOUT",
      message: /expected class folders, or a ground truth file beside the pictures, got ILSVRC2012/,
      hint: /ILSVRC2012_validation_ground_truth\.txt/,
    });
  });

  test("reads the flat tar file that ImageNet gives out as the folder it makes", async (t) => {
    const pictures = Object.fromEntries(PICTURES.map((name) => [name, ""]));
    const text = {
      "imagenet_2012_validation_synset_labels.txt": "n01833805\nn01443537\nn01440764\n",
    };
    const root = fileTree(t, { "ILSVRC2012_img_val.tar": tarFile(pictures), "x/": "", ...text });
    const tree = await openPictureTree(join(root, "ILSVRC2012_img_val.tar"));
    const set = await readValSet(tree, classMap, WANTED);
    const folder = fileTree(t, { ...pictures, ...text });
    const same = await readValSet(new FolderTree(folder), classMap, WANTED);
    const plain = ({ samples }: typeof set) =>
      samples.map(({ path, split, classIndex }) => [path, split, classIndex]);
    assert.deepEqual(plain(set), plain(same));
    assert.equal(
      set.samples[0]?.source.name,
      join(root, "ILSVRC2012_img_val.tar", PICTURES[0] ?? ""),
    );
    assert.equal(set.layout, same.layout);
  });
});
