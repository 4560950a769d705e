import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";

import { findGroundTruth } from "../../../src/datasets/val-ground-truth.js";
import { FolderTree } from "../../../src/sources/folder-tree.js";
import { openPictureTree } from "../../../src/sources/open-tree.js";
import { fileServer } from "../../helpers/file-server.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile } from "../../helpers/tar.js";

const meta = readFileSync(new URL("../../fixtures/datasets/meta.mat", import.meta.url));
const SOLUTION = "ILSVRC2012_val_00000001,n01833805 1 2 3 4";
const TEXT = "ILSVRC2012_validation_ground_truth.txt";
const picture = (number: number) => `ILSVRC2012_val_${String(number).padStart(8, "0")}.JPEG`;
const PICTURES = [1, 2, 3].map(picture);

async function wnids(root: string, pictures = PICTURES): Promise<(string | undefined)[]> {
  const truth = await findGroundTruth(new FolderTree(root), pictures);
  return pictures.map((name) => truth?.wnids.get(name));
}

describe("findGroundTruth", () => {
  // meta.mat numbers 1 hummingbird, 2 tench, 3 gondola: neither in index nor in WordNet order.
  const expected = ["n03447447", "n01833805", "n01440764"];

  for (const [title, place] of [
    ["beside the pictures", "val/"],
    ["in the development kit beside the folder", "ILSVRC2012_devkit_t12/data/"],
    ["in data/ of the folder above", "data/"],
  ] as const) {
    test(`translates the kit's numbers by meta.mat, ${title}`, async (t) => {
      const root = fileTree(t, {
        "val/": "",
        [`${place}${TEXT}`]: "3\n1\n2\n",
        [`${place}meta.mat`]: meta,
      });
      assert.deepEqual(await wnids(join(root, "val")), expected);
    });
  }

  test("finds Kaggle's file four folders above the pictures", async (t) => {
    const val = "ILSVRC/Data/CLS-LOC/val/";
    const csv = PICTURES.map(
      (name, i) => `${name.replace(".JPEG", "")},${expected[i] ?? ""} 1 2 3 4`,
    );
    const root = fileTree(t, {
      [val]: "",
      "LOC_val_solution.csv": ["ImageId,PredictionString", ...csv].join("\n"),
    });
    assert.deepEqual(await wnids(join(root, val)), expected);
  });

  test("translates by a list with numbers, in either order of its columns", async (t) => {
    for (const [name, text] of [
      ["map_clsloc.txt", "n01833805 1 hummingbird\nn01440764 2 tench\nn03447447 3 gondola\n"],
      ["ILSVRC2012_mapping.txt", "1 n01833805\n2 n01440764\n3 n03447447\n"],
    ] as const) {
      assert.deepEqual(await wnids(fileTree(t, { [TEXT]: "3\n1\n2", [name]: text })), expected);
    }
  });

  test("takes a list of WordNet ids as it is", async (t) => {
    const root = fileTree(t, {
      "imagenet_2012_validation_synset_labels.txt": `${expected.join("\n")}\n`,
    });
    assert.deepEqual(await wnids(root), expected);
  });

  test("part of the pictures finds its lines by the number in the name", async (t) => {
    const root = fileTree(t, { [TEXT]: "2\n2\n3\n1\n2\n", "meta.mat": meta });
    assert.deepEqual(await wnids(root, [picture(3), picture(4)]), ["n03447447", "n01833805"]);
  });

  test("other names go by order when there are as many lines as pictures, else are refused", async (t) => {
    const root = fileTree(t, { [TEXT]: "3\n1\n2\n", "meta.mat": meta });
    assert.deepEqual(await wnids(root, ["b.jpg", "a.jpg", "c.jpg"]), [
      "n01833805",
      "n03447447",
      "n01440764",
    ]);
    await assert.rejects(wnids(root, ["a.jpg", "b.jpg"]), {
      code: "DATA_LAYOUT",
      message: /at most its 3 lines, got a\.jpg among 2 pictures$/,
    });
    await assert.rejects(wnids(root, [picture(1), picture(4)]), {
      code: "DATA_LAYOUT",
      message: /got ILSVRC2012_val_00000004\.JPEG among 2 pictures$/,
    });
  });

  test("without a translation of the numbers it refuses instead of taking them for indices", async (t) => {
    await assert.rejects(wnids(fileTree(t, { [TEXT]: "3\n1\n2\n" })), {
      code: "DATA_LAYOUT",
      message: /expected meta\.mat of the development kit beside it/,
      hint: /map_clsloc\.txt/,
    });
  });

  for (const [title, files, message] of [
    [
      "a number that meta.mat does not have",
      { [TEXT]: "3\n11\n2\n", "meta.mat": meta },
      /one of the 10 numbers of meta\.mat, got "11" in line 2$/,
    ],
    [
      "a word among the numbers",
      { [TEXT]: "3\nbird\n2\n", "meta.mat": meta },
      /got "bird" in line 2$/,
    ],
    ["an empty ground truth", { [TEXT]: "" }, /at most its 0 lines/],
    [
      "a damaged meta.mat",
      { [TEXT]: "3\n1\n2\n", "meta.mat": meta.subarray(0, 400) },
      /meta\.mat: expected a level 5 MAT-file/,
    ],
    [
      "a list without numbers",
      { [TEXT]: "3\n1\n2\n", "map_clsloc.txt": "n01440764 tench\n" },
      /expected lines "n02119789 1 kit_fox", got "n01440764 tench"$/,
    ],
    [
      "a broken row of the solution",
      { "LOC_val_solution.csv": "ImageId,PredictionString\nILSVRC2012_val_00000001;x\n" },
      /in line 2$/,
    ],
  ] as const) {
    test(`refuses ${title}`, async (t) => {
      await assert.rejects(wnids(fileTree(t, files)), { code: "DATA_LAYOUT", message });
    });
  }

  test("answers null where there is no such file", async (t) => {
    assert.equal(await findGroundTruth(new FolderTree(fileTree(t, [])), PICTURES), null);
  });
});

describe("the development kit as it was downloaded", () => {
  const kit = (members: Readonly<Record<string, string | Uint8Array>>) =>
    gzipSync(tarFile(members));
  const DATA = "ILSVRC2012_devkit_t12/data";
  const whole = kit({ [`${DATA}/${TEXT}`]: "1\n2\n3\n", [`${DATA}/meta.mat`]: meta });

  test("is read where it lies, beside the folder or the tar file of the pictures", async (t) => {
    const pictures = Object.fromEntries(PICTURES.map((name) => [name, name]));
    const root = fileTree(t, {
      "ILSVRC2012_devkit_t12.tar.gz": whole,
      "ILSVRC2012_img_val.tar": tarFile(pictures),
      "val/": "",
    });
    const { url } = await fileServer(t, root);
    const folder = new FolderTree(join(root, "val"));
    const tar = await openPictureTree(join(root, "ILSVRC2012_img_val.tar"));
    const http = await openPictureTree(`${url}/ILSVRC2012_img_val.tar`);
    for (const tree of [folder, tar, http]) {
      const truth = await findGroundTruth(tree, PICTURES);
      assert.deepEqual([...(truth?.wnids ?? [])].sort(), expectedByName());
      assert.match(truth?.file ?? "", /ILSVRC2012_devkit_t12\.tar\.gz\/ILSVRC2012_validation/);
    }
  });

  test("that is damaged is an error by name", async (t) => {
    for (const bytes of [whole.subarray(0, 60), Buffer.from("text"), gzipSync("text")]) {
      const root = fileTree(t, { "ILSVRC2012_devkit_t12.tar.gz": bytes });
      await assert.rejects(findGroundTruth(new FolderTree(root), PICTURES), {
        code: "ARCHIVE_DAMAGED",
        message: /ILSVRC2012_devkit_t12\.tar\.gz: expected/,
      });
    }
  });

  test("inside the tar file itself is found too", async (t) => {
    const files = { [`x/${PICTURES[0] ?? ""}`]: "", "x/LOC_val_solution.csv": `${SOLUTION}\n` };
    const root = fileTree(t, { "a.tar": tarFile(files) });
    const tree = (await openPictureTree(join(root, "a.tar"))).within("x");
    const truth = await findGroundTruth(tree, PICTURES.slice(0, 1));
    assert.deepEqual([...(truth?.wnids.values() ?? [])], ["n01833805"]);
  });

  function expectedByName(): [string, string][] {
    // meta.mat numbers 1 hummingbird, 2 tench, 3 gondola.
    const wnids = ["n01833805", "n01440764", "n03447447"];
    return PICTURES.map((name, i) => [name, wnids[i] ?? ""]);
  }
});
