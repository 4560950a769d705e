import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { compareCodePoints } from "../../../src/datasets/order.js";
import { FolderTree } from "../../../src/sources/folder-tree.js";
import { listPictures } from "../../../src/sources/picture-tree.js";
import { fileTree } from "../../helpers/file-tree.js";

describe("FolderTree", () => {
  test("tells folders, pictures of any ending in any case, and junk with its reason", async (t) => {
    const pictures = [
      "a.JPEG",
      "b.jpg",
      "c.PnG",
      "d.webp",
      "e.gif",
      "f.bmp",
      "g.tif",
      "h.TIFF",
      "i.jfif",
    ];
    const root = fileTree(t, [
      ...pictures,
      "folder/x",
      "__MACOSX/._a.jpg",
      "._a.JPEG",
      ".DS_Store",
      "timestamp.txt",
      "jpg",
      "a.jpg.part",
    ]);
    const content = await new FolderTree(root).content();
    assert.deepEqual(content.pictures, pictures);
    assert.deepEqual(content.folders, ["folder"]);
    assert.deepEqual(content.ignored, [
      { path: ".DS_Store", reason: "hidden or made by macOS" },
      { path: "._a.JPEG", reason: "hidden or made by macOS" },
      { path: "__MACOSX", reason: "hidden or made by macOS" },
      { path: "a.jpg.part", reason: "not a picture by its ending" },
      { path: "jpg", reason: "not a picture by its ending" },
      { path: "timestamp.txt", reason: "not a picture by its ending" },
    ]);
  });

  test("follows links and names those that lead nowhere, and pipes", async (t) => {
    const root = fileTree(t, ["elsewhere/a.jpg"]);
    symlinkSync(join(root, "elsewhere"), join(root, "folder-link"));
    symlinkSync("elsewhere/a.jpg", join(root, "link.jpg"));
    symlinkSync("gone.jpg", join(root, "broken.jpg"));
    symlinkSync("round.jpg", join(root, "round.jpg"));
    execFileSync("mkfifo", [join(root, "pipe.jpg")]);
    const content = await new FolderTree(root).content();
    assert.deepEqual(content.folders, ["elsewhere", "folder-link"]);
    assert.deepEqual(content.pictures, ["link.jpg"]);
    assert.deepEqual(content.ignored, [
      { path: "broken.jpg", reason: "broken link (ENOENT)" },
      { path: "pipe.jpg", reason: "not a file" },
      { path: "round.jpg", reason: "link in a circle" },
    ]);
  });

  test("a missing folder and a file in its place are errors that say so", async (t) => {
    const root = fileTree(t, ["list.txt"]);
    await assert.rejects(new FolderTree(join(root, "gone")).content(), {
      code: "DATA_NOT_FOUND",
      message: /gone: expected a folder that can be read, got nothing there/,
    });
    await assert.rejects(new FolderTree(join(root, "list.txt")).content(), {
      code: "DATA_LAYOUT",
      message: /got a file/,
    });
  });
});

describe("listPictures", () => {
  test("goes into folders and lists junk with its path", async (t) => {
    const root = fileTree(t, ["b.jpg", "a/c.png", "a/.hidden", "a/d/e.jpg"]);
    assert.deepEqual(await listPictures(new FolderTree(root)), {
      pictures: ["a/c.png", "a/d/e.jpg", "b.jpg"],
      ignored: [{ path: "a/.hidden", reason: "hidden or made by macOS" }],
    });
  });

  test("links upwards, in a circle and to a folder already read are not followed", async (t) => {
    const root = fileTree(t, ["class/a.jpg", "class/in/b.jpg", "other/c.jpg"]);
    symlinkSync(root, join(root, "class/up"));
    symlinkSync(join(root, "class"), join(root, "class/in/self"));
    symlinkSync("in", join(root, "class/same"));
    symlinkSync("../other", join(root, "class/linked"));
    const reason = "link to a folder already read";
    assert.deepEqual(await listPictures(new FolderTree(join(root, "class"))), {
      pictures: ["a.jpg", "in/b.jpg", "linked/c.jpg"],
      ignored: [
        { path: "in/self", reason },
        { path: "same", reason },
        { path: "up", reason },
      ],
    });
  });
});

test("names are ordered by code point, as Python does, not by UTF-16 unit or locale", () => {
  const names = [
    "\u{1F426}.jpg",
    "\uFF21.jpg",
    "é.jpg",
    "b.jpg",
    "B.jpg",
    "b",
    "10",
    "9",
    "\u{1F427}.jpg",
  ];
  assert.deepEqual(names.sort(compareCodePoints), [
    "10",
    "9",
    "B.jpg",
    "b",
    "b.jpg",
    "é.jpg",
    "\uFF21.jpg",
    "\u{1F426}.jpg",
    "\u{1F427}.jpg",
  ]);
});
