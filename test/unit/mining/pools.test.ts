import assert from "node:assert/strict";
import { readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openPools } from "../../../src/mining/open-pools.js";
import type { ImageAddress, ImagePool } from "../../../src/mining/pool.js";
import { compareCodePoints } from "../../../src/datasets/order.js";
import { isInShard, parseShard } from "../../../src/mining/shard.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile } from "../../helpers/tar.js";

async function addressesOf(pool: ImagePool | undefined): Promise<ImageAddress[]> {
  const addresses: ImageAddress[] = [];
  for await (const address of pool?.images() ?? []) addresses.push(address);
  return addresses;
}

async function open(path: string, indexFolder: string): Promise<ImagePool> {
  const [pool] = await openPools([path], indexFolder);
  assert.ok(pool);
  return pool;
}

describe("a folder as a pool", () => {
  test("gives whole paths in code point order and no hidden or other files", async (t) => {
    const names = [
      "a.jpg",
      "a/1.png",
      "a-b/2.png",
      "a/c/3.webp",
      "b.JPG",
      "é.jpg",
      "\u{1F600}.jpg",
    ];
    const root = fileTree(t, [...names, ".h.jpg", "__MACOSX/x.jpg", "x.txt", "empty/"]);
    const ids = (await addressesOf(await open(root, root))).map(({ id }) => id);
    assert.deepEqual(ids, [...names].sort(compareCodePoints));
  });

  test("follows links to folders once and never in a circle", async (t) => {
    const root = fileTree(t, ["a/1.jpg", "b/2.jpg"]);
    symlinkSync(root, join(root, "a", "up"));
    symlinkSync(join(root, "a"), join(root, "c"));
    const ids = (await addressesOf(await open(root, root))).map(({ id }) => id);
    assert.deepEqual(ids, ["a/1.jpg", "b/2.jpg"]);
  });
});

describe("a list of paths as a pool", () => {
  test("takes every line as it stands, relative to its folder or absolute", async (t) => {
    const root = fileTree(t, { "x/a b.jpg": "one", "x/c\u2028d.jpg": "two", "e.jpg": "three" });
    const absolute = join(root, "e.jpg");
    writeFileSync(
      join(root, "list"),
      `\uFEFFx/a b.jpg\r\n\n x/no.jpg\nx/c\u2028d.jpg\n${absolute}`,
    );
    const pool = await open(join(root, "list"), root);
    const [one, missing, two, three] = await addressesOf(pool);
    assert.ok(one && missing && two && three);
    assert.deepEqual([one.id, two.id], ["x/a b.jpg", "x/c\u2028d.jpg"]);
    for (const [address, text] of [
      [one, "one"],
      [two, "two"],
      [three, "three"],
    ] as const) {
      assert.equal(Buffer.from(await pool.read(address)).toString(), text);
    }
    await assert.rejects(pool.read(missing), { code: "IMAGE_UNREADABLE" });
  });
});

describe("a tar file as a pool", () => {
  test("is indexed once, again only when it has changed, and read in any order", async (t) => {
    const root = fileTree(t, { "s.tar": tarFile({ "./a.jpg": "one", "b\u2028.png": "twotwo" }) });
    const [file, index] = [join(root, "s.tar"), join(root, "index")];
    const pool = await open(file, index);
    const [a, b] = await addressesOf(pool);
    assert.ok(a && b);
    assert.deepEqual([a.id, b.id], ["s.tar/a.jpg", "s.tar/b\u2028.png"]);
    assert.equal(Buffer.from(await pool.read(b)).toString(), "twotwo");
    assert.equal(Buffer.from(await pool.read(a)).toString(), "one");
    const [name = ""] = readdirSync(index);
    const made = statSync(join(index, name)).ino;
    assert.equal((await addressesOf(await open(file, index))).length, 2);
    assert.equal(statSync(join(index, name)).ino, made);
    writeFileSync(file, tarFile({ "./c.jpg": "one", "d.png": "twotwo" }));
    utimesSync(file, 1, 1);
    const again = await addressesOf(await open(file, index));
    assert.deepEqual(
      again.map(({ id }) => id),
      ["s.tar/c.jpg", "s.tar/d.png"],
    );
  });

  test("is known by its content under any name, and by its name when it is cut at once", async (t) => {
    const root = fileTree(t, { "shard-000": tarFile({ "a.jpg": "a" }), "cut.tar": "short" });
    assert.equal((await open(join(root, "shard-000"), root)).kind, "tar");
    const cut = await open(join(root, "cut.tar"), join(root, "index"));
    assert.deepEqual([cut.kind, await addressesOf(cut)], ["tar", []]);
    assert.match(cut.damage() ?? "", /^expected an end-of-archive mark/);
  });

  test("gone or cut after it was indexed: its members are unreadable", async (t) => {
    const root = fileTree(t, { "s.tar": tarFile({ "a.jpg": "a".repeat(900) }) });
    const pool = await open(join(root, "s.tar"), join(root, "index"));
    const [a] = await addressesOf(pool);
    assert.ok(a);
    writeFileSync(join(root, "s.tar"), tarFile({}).subarray(0, 600));
    await assert.rejects(pool.read(a), { code: "IMAGE_TRUNCATED" });
  });
});

describe("parts of a pool", () => {
  const ids = Array.from({ length: 4000 }, (_, i) => `folder/${i}.jpg`);

  test("every image is in one part, and parts are about as large", () => {
    for (const of of [1, 2, 7]) {
      const sizes = Array.from({ length: of }, () => 0);
      for (const id of ids) {
        const parts = sizes.flatMap((_, i) => (isInShard(id, { index: i + 1, of }) ? [i] : []));
        assert.equal(parts.length, 1);
        sizes[parts[0] ?? 0] = (sizes[parts[0] ?? 0] ?? 0) + 1;
      }
      for (const size of sizes) assert.ok(Math.abs(size / (4000 / of) - 1) < 0.15, String(size));
    }
  });

  test("are named i/n; anything else is refused", () => {
    assert.deepEqual(parseShard("2/8"), { index: 2, of: 8 });
    for (const spec of ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1.5/2"]) {
      assert.throws(() => parseShard(spec), { code: "USAGE_INVALID" }, spec);
    }
  });
});
