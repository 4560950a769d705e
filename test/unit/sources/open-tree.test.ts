import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { openIfPresent, openPictureTree } from "../../../src/sources/open-tree.js";
import { listPictures, type PictureTree } from "../../../src/sources/picture-tree.js";
import { fileServer } from "../../helpers/file-server.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile, tarMember } from "../../helpers/tar.js";

const FILES = {
  "set/a/1.jpg": "one",
  "set/a/2.PNG": "two",
  "set/b/in/3.webp": "three",
  "set/b/notes.txt": "",
  "set/.DS_Store": "",
  "set/__MACOSX/._1.jpg": "",
};

/** Every picture with its content, and what is ignored. */
async function everything(tree: PictureTree) {
  const { pictures, ignored } = await listPictures(tree);
  const contents = pictures.map(async (path) => {
    const bytes = await tree.read(path);
    assert.equal(await tree.sizeOf(path), bytes.length);
    return [path, Buffer.from(bytes).toString()];
  });
  return { pictures: await Promise.all(contents), ignored };
}

describe("openPictureTree", () => {
  test("gives the same of a folder, a tar file, tar files of tar files, shards, each at a URL", async (t) => {
    const root = fileTree(t, { ...FILES, "all.tar": tarFile(FILES) });
    const inner = (name: string) => {
      const prefix = `set/${name}/`;
      const own = Object.entries(FILES).filter(([path]) => path.startsWith(prefix));
      return tarFile(
        Object.fromEntries(own.map(([path, text]) => [path.slice(prefix.length), text])),
      );
    };
    const junk = { "set/.DS_Store": "", "set/__MACOSX/._1.jpg": "" };
    const nested = { "set/a.tar": inner("a"), "set/b.tar": inner("b"), ...junk };
    writeFileSync(join(root, "nested.tar"), tarFile(nested));
    mkdirSync(join(root, "shards"));
    const halves = Object.entries(FILES);
    writeFileSync(join(root, "shards/s-00.tar"), tarFile(Object.fromEntries(halves.slice(0, 2))));
    writeFileSync(join(root, "shards/s-01.tar"), tarFile(Object.fromEntries(halves.slice(2))));
    writeFileSync(join(root, "shards.txt"), "shards/s-00.tar\r\n\nshards/s-01.tar\n");
    const expected = await everything(await openPictureTree(join(root, "set")));
    assert.equal(expected.pictures.length, 3);
    const { url } = await fileServer(t, root);
    for (const text of ["all.tar", "nested.tar", "shards", "shards/s-{00..01}.tar", "shards.txt"]) {
      const places = [`${root}/${text}/set`, ...(text === "shards" ? [] : [`${url}/${text}#set`])];
      for (const place of places) {
        const tree = await openPictureTree(place);
        assert.equal(tree.root, place);
        assert.deepEqual(await everything(tree), expected, place);
        const again = await openPictureTree(tree.within("b/in").root);
        assert.deepEqual((await again.content()).pictures, ["3.webp"]);
      }
    }
  });

  test("opens a list of pictures as the folder it lies in", async (t) => {
    const root = fileTree(t, FILES);
    writeFileSync(join(root, "list.txt"), `set/b/in/3.webp\n./set/a/1.jpg\n${root}/set/a/2.PNG\n`);
    const { url } = await fileServer(t, root);
    const found = await everything(await openPictureTree(join(root, "list.txt")));
    assert.deepEqual(found.pictures.length, 3);
    writeFileSync(join(root, "list.txt"), "set/b/in/3.webp\n./set/a/1.jpg\nset/a/2.PNG\n");
    assert.deepEqual(await everything(await openPictureTree(`${url}/list.txt`)), found);
    for (const line of ["../x.jpg", "/elsewhere/x.jpg"]) {
      writeFileSync(join(root, "list.txt"), `${line}\n`);
      await assert.rejects(openPictureTree(join(root, "list.txt")), { code: "DATA_LAYOUT" });
    }
    writeFileSync(join(root, "list.txt"), "a.tar\nb.jpg\n");
    await assert.rejects(openPictureTree(join(root, "list.txt")), {
      code: "DATA_LAYOUT",
      message: /expected a tar file on every line, got "b\.jpg"/,
    });
  });

  test("labels of a WebDataset make folders; keys in folders keep their paths", async (t) => {
    const shard = tarFile({
      "0001.cls": "94",
      "0001.jpg": "one",
      "0001.json": "{}",
      "0002.seg.png": "two",
      "0002.cls": " n01440764\n",
      "0003.jpg": "no label",
      "dir/0004.jpg": "four",
      "dir/0004.cls": "1",
      "alone.txt": "",
    });
    const root = fileTree(t, { "a.tar": shard });
    const { pictures, ignored } = await everything(await openPictureTree(join(root, "a.tar")));
    assert.deepEqual(pictures, [
      ["0003.jpg", "no label"],
      ["94/0001.jpg", "one"],
      ["dir/0004.jpg", "four"],
      ["n01440764/0002.seg.png", "two"],
    ]);
    assert.deepEqual(
      ignored.map(({ path }) => path),
      ["alone.txt", "dir/0004.cls"],
    );
  });

  test("a key of two labelled samples in a shard is an error that names both", async (t) => {
    const member = (name: string, text: string) => tarMember(name, Buffer.from(text));
    const one = [member("0001.jpg", "old"), member("0001.cls", "3")];
    const between = member("0002.jpg", "x");
    for (const [members, got] of [
      [[...one, member("0001.jpg", "new"), member("0001.cls", "7")], "0001.jpg again"],
      [[...one, member("0001.cls", "7")], "0001.cls again"],
      [[...one, between, member("0001.jpg", "new")], "0001.jpg behind files of other keys"],
      [[...one, between, member("0001.png", "new")], "0001.png behind files of other keys"],
      [[between, ...one, member("0002.cls", "7")], "0002.cls behind files of other keys"],
    ] as const) {
      const root = fileTree(t, { "s-0.tar": Buffer.concat([...members, tarFile({})]) });
      await assert.rejects(openPictureTree(join(root, "s-0.tar")), {
        code: "DATA_LAYOUT",
        message: `a key twice: ${got.slice(0, 4)}: expected the files of one sample in ${root}/s-0.tar, each once and behind each other, got ${got}`,
      });
    }
  });

  test("hidden files between those of a key are no matter; nor are repeated ones without labels", async (t) => {
    const member = (name: string, text: string) => tarMember(name, Buffer.from(text));
    const members = [
      ...[member("._0001.jpg", ""), member("0001.jpg", "one")],
      ...[member("._0001.cls", ""), member("0001.cls", "3")],
      ...[member("._0001.jpg", ""), member("in/x.jpg", "x"), member("0001.json", "{}")],
      ...[member("2.jpg", "old"), member("3.jpg", "three"), member("2.jpg", "two")],
      tarFile({}),
    ];
    const root = fileTree(t, { "a.tar": Buffer.concat(members) });
    const { pictures } = await everything(await openPictureTree(join(root, "a.tar")));
    assert.deepEqual(pictures, [
      ["2.jpg", "two"],
      ["3.jpg", "three"],
      ["3/0001.jpg", "one"],
      ["in/x.jpg", "x"],
    ]);
  });

  test("tar files named as parts of ImageNet stand for the folders they are of", async (t) => {
    const root = fileTree(t, {
      "classes/n01440764.tar": tarFile({ "x.JPEG": "x" }),
      "all/ILSVRC2012_img_train.tar": tarFile({ "n01440764.tar": tarFile({ "x.JPEG": "x" }) }),
      "all/ILSVRC2012_img_val.tar": tarFile({ "y.JPEG": "y" }),
    });
    const classes = await everything(await openPictureTree(join(root, "classes")));
    assert.deepEqual(classes.pictures, [["n01440764/x.JPEG", "x"]]);
    const all = await everything(await openPictureTree(join(root, "all")));
    assert.deepEqual(all.pictures, [
      ["train/n01440764/x.JPEG", "x"],
      ["val/y.JPEG", "y"],
    ]);
  });

  test("of two members of one name takes the second, as unpacking does; two shards are an error", async (t) => {
    const twice = Buffer.concat([
      tarMember("a/1.jpg", Buffer.from("old")),
      tarFile({ "a/1.jpg": "new" }),
    ]);
    const root = fileTree(t, { "s-0.tar": twice, "s-1.tar": tarFile({ "a/1.jpg": "x" }) });
    const { pictures } = await everything(await openPictureTree(join(root, "s-0.tar")));
    assert.deepEqual(pictures, [["a/1.jpg", "new"]]);
    await assert.rejects(openPictureTree(join(root, "s-{0,1}.tar")), {
      code: "DATA_LAYOUT",
      message: /a picture twice: a\/1\.jpg: .* got it in .*s-0\.tar and .*s-1\.tar$/,
    });
  });

  test("follows links to files of the tar file, wherever they come; names the others", async (t) => {
    const link = (name: string, target: string, type: string) => {
      const header = tarMember(name, Buffer.alloc(0), type);
      header.write(target, 157);
      return header;
    };
    const { withChecksum } = await import("../../helpers/tar.js");
    const bytes = Buffer.concat([
      withChecksum(link("b/soft.jpg", "../a/1.jpg", "2")),
      withChecksum(link("hard.jpg", "./a/1.jpg", "1")),
      withChecksum(link("chain.jpg", "hard.jpg", "2")),
      withChecksum(link("lost.jpg", "/elsewhere.jpg", "2")),
      withChecksum(link("round.jpg", "round.jpg", "2")),
      tarFile({ "a/1.jpg": "one" }),
    ]);
    const root = fileTree(t, { "a.tar": bytes });
    const { pictures, ignored } = await everything(await openPictureTree(join(root, "a.tar")));
    assert.deepEqual(
      pictures,
      ["a/1.jpg", "b/soft.jpg", "chain.jpg", "hard.jpg"].map((path) => [path, "one"]),
    );
    const reason = "link to no file of the archive";
    assert.deepEqual(ignored, [
      { path: "lost.jpg", reason },
      { path: "round.jpg", reason },
    ]);
  });

  test("a damaged tar file is an error by name, one among shards too", async (t) => {
    const whole = tarFile({ "a/1.jpg": "one", "a/2.jpg": "two" });
    const root = fileTree(t, { "s-0.tar": whole, "s-1.tar": whole.subarray(0, 1100) });
    for (const text of ["s-1.tar", "s-{0,1}.tar"]) {
      await assert.rejects(openPictureTree(join(root, text)), {
        code: "ARCHIVE_DAMAGED",
        message: /s-1\.tar: expected an end-of-archive mark/,
      });
    }
  });

  test("what is missing, compressed or of another kind is an error that says so", async (t) => {
    const root = fileTree(t, {
      "a.tar.gz": Buffer.from([0x1f, 0x8b, 8, 0]),
      "a.bin": "a\0b",
      "a.tar": tarFile({ "a/1.jpg": "one" }),
      "full/a.jpg": "",
      "full/b.tar": tarFile({}),
    });
    for (const [name, code, message] of [
      ["a.tar.gz", "DATA_LAYOUT", /got a compressed file/],
      ["a.bin", "DATA_LAYOUT", /got a file of another kind/],
      ["s-{0..3}.tar", "DATA_NOT_FOUND", /s-0\.tar: .* got nothing there/],
      ["{a,b}.tar", "DATA_NOT_FOUND", /b\.tar: .* got nothing there/],
    ] as const) {
      await assert.rejects(openPictureTree(join(root, name)), { code, message });
      assert.equal(await openIfPresent(join(root, name)), null);
    }
    for (const name of ["gone", "gone/a.tar/b", "a.tar/gone"]) {
      const tree = await openPictureTree(join(root, name));
      assert.equal(await tree.exists(), false);
      await assert.rejects(tree.content(), { code: "DATA_NOT_FOUND" });
    }
    const tree = await openPictureTree(join(root, "a.tar"));
    await assert.rejects(tree.read("a/2.jpg"), { code: "IMAGE_UNREADABLE" });
    assert.equal(await tree.sizeOf("a/2.jpg"), null);
    assert.deepEqual((await (await openPictureTree(join(root, "full"))).content()).pictures, [
      "a.jpg",
    ]);
  });

  test("a tar file that is written anew is not read at its old places", async (t) => {
    const root = fileTree(t, { "a.tar": tarFile({ "1.jpg": "one" }) });
    const tree = await openPictureTree(join(root, "a.tar"));
    writeFileSync(join(root, "a.tar"), tarFile({ "1.jpg": "other", "2.jpg": "two" }));
    await assert.rejects(tree.read("1.jpg"), { code: "SOURCE_CHANGED" });
    rmSync(join(root, "a.tar"));
    await assert.rejects(tree.read("1.jpg"), { code: "DATA_NOT_FOUND" });
  });

  test("a folder of tar files and of links to folders is a folder", async (t) => {
    const root = fileTree(t, { ...FILES, "mixed/a.tar": tarFile({ "1.jpg": "one" }) });
    symlinkSync(join(root, "set"), join(root, "mixed/link"));
    const tree = await openPictureTree(join(root, "mixed"));
    assert.deepEqual((await tree.content()).folders, ["link"]);
  });

  test("a folder in the place of a tar file is an error with a code", async (t) => {
    const root = fileTree(t, ["other/x", "tars/"]);
    symlinkSync(join(root, "other"), join(root, "tars/a.tar"));
    await assert.rejects(openPictureTree(join(root, "tars")), { code: "DATA_NOT_FOUND" });
  });

  test("a folder reached by a link is read as before", async (t: TestContext) => {
    const root = fileTree(t, FILES);
    symlinkSync(join(root, "set"), join(root, "link"));
    const expected = await everything(await openPictureTree(join(root, "set")));
    assert.deepEqual(await everything(await openPictureTree(join(root, "link"))), expected);
  });
});
