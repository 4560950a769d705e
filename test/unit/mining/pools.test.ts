import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { openPools } from "../../../src/mining/open-pools.js";
import type { ImageAddress, ImagePool } from "../../../src/mining/pool.js";
import { compareCodePoints } from "../../../src/datasets/order.js";
import { isInShard, parseShard } from "../../../src/cluster/shard.js";
import { fileServer } from "../../helpers/file-server.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile, tarMember } from "../../helpers/tar.js";

async function addressesOf(pool: ImagePool | undefined): Promise<ImageAddress[]> {
  const addresses: ImageAddress[] = [];
  for await (const address of pool?.images() ?? []) addresses.push(address);
  return addresses;
}

async function open(path: string): Promise<ImagePool> {
  const [pool] = await openPools([path]);
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
    const ids = (await addressesOf(await open(root))).map(({ id }) => id);
    assert.deepEqual(ids, [...names].sort(compareCodePoints));
  });

  test("follows links to folders once and never in a circle", async (t) => {
    const root = fileTree(t, ["a/1.jpg", "b/2.jpg"]);
    symlinkSync(root, join(root, "a", "up"));
    symlinkSync(join(root, "a"), join(root, "c"));
    const pool = await open(root);
    const ids = (await addressesOf(pool)).map(({ id }) => id);
    assert.deepEqual(ids, ["a/1.jpg", "b/2.jpg"]);
    assert.equal(await pool.sizeOf({ id: "b/2.jpg", pool: 0 }), 0);
    assert.equal(await pool.sizeOf({ id: "b/3.jpg", pool: 0 }), null);
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
    const pool = await open(join(root, "list"));
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
    const sizes = await Promise.all([one, missing, two].map((address) => pool.sizeOf(address)));
    assert.deepEqual(sizes, [3, null, 3]);
  });
});

describe("a tar file as a pool", () => {
  test("is read in any order, its members named after it", async (t) => {
    const root = fileTree(t, { "s.tar": tarFile({ "./a.jpg": "one", "b\u2028.png": "twotwo" }) });
    const pool = await open(join(root, "s.tar"));
    const [a, b] = await addressesOf(pool);
    assert.ok(a && b);
    assert.deepEqual([a.id, b.id], ["s.tar/a.jpg", "s.tar/b\u2028.png"]);
    assert.deepEqual(await Promise.all([a, b].map((one) => pool.sizeOf(one))), [3, 6]);
    assert.equal(Buffer.from(await pool.read(b)).toString(), "twotwo");
    assert.equal(Buffer.from(await pool.read(a)).toString(), "one");
  });

  test("leaves out what is no picture, hidden or a link", async (t) => {
    const link = tarMember("link.jpg", Buffer.alloc(0), "1");
    const members = tarFile({
      "a.jpg": "a",
      "a.cls": "7",
      "__MACOSX/x.jpg": "x",
      "x/._y.jpg": "y",
    });
    const root = fileTree(t, { "s.tar": Buffer.concat([link, members]) });
    const ids = (await addressesOf(await open(join(root, "s.tar")))).map(({ id }) => id);
    assert.deepEqual(ids, ["s.tar/a.jpg"]);
  });

  test("at a URL is the same pool, and so are the lines of a list that are URLs", async (t) => {
    const root = fileTree(t, { "s.tar": tarFile({ "a.jpg": "one" }), "b.jpg": "two" });
    const { url } = await fileServer(t, root);
    const tar = await open(`${url}/s.tar`);
    const [a] = await addressesOf(tar);
    assert.ok(a);
    assert.deepEqual([a.id, tar.path, tar.kind], ["s.tar/a.jpg", `${url}/s.tar`, "tar"]);
    assert.equal(Buffer.from(await tar.read(a)).toString(), "one");
    writeFileSync(join(root, "list"), `${url}/b.jpg\n${url}/gone.jpg\n`);
    const list = await open(join(root, "list"));
    const [b, gone] = await addressesOf(list);
    assert.ok(b && gone);
    assert.deepEqual([b.id, Buffer.from(await list.read(b)).toString()], [`${url}/b.jpg`, "two"]);
    await assert.rejects(list.read(gone), { code: "IMAGE_UNREADABLE" });
    await assert.rejects(open(`${url}/list`), { code: "DATA_LAYOUT", message: /at a URL/ });
    await assert.rejects(open(`${url}/s.tar#a`), {
      code: "DATA_LAYOUT",
      message: /folder a inside/,
    });
  });

  test("several named together are a pool each: a pattern, a folder of them, a list", async (t) => {
    const root = fileTree(t, {
      "s/0.tar": tarFile({ "a.jpg": "a" }),
      "s/1.tar": tarFile({ "b.jpg": "b" }),
      "s/readme.txt": "",
      "list.txt": "s/0.tar\ns/1.tar\n",
    });
    const expected = [join(root, "s/0.tar"), join(root, "s/1.tar")];
    for (const text of ["s", "s/{0..1}.tar", "s/{0,1}.tar", "list.txt"]) {
      const pools = await openPools([join(root, text)]);
      assert.deepEqual(
        pools.map(({ path }) => path),
        expected,
      );
      assert.deepEqual((await addressesOf(pools[1]))[0]?.pool, 1);
    }
    await assert.rejects(openPools([join(root, "s"), join(root, "s/1.tar")]), {
      code: "USAGE_INVALID",
      message: /1\.tar: expected every pool once/,
    });
  });

  test("is known by its content under any name, and by its name when it is cut at once", async (t) => {
    const root = fileTree(t, { "shard-000": tarFile({ "a.jpg": "a" }), "cut.tar": "short" });
    assert.equal((await open(join(root, "shard-000"))).kind, "tar");
    const cut = await open(join(root, "cut.tar"));
    assert.deepEqual([cut.kind, await addressesOf(cut)], ["tar", []]);
    assert.match(cut.damage() ?? "", /^expected an end-of-archive mark/);
  });

  test("another one after it was listed: nothing is read at the old places", async (t) => {
    const root = fileTree(t, { "s.tar": tarFile({ "a.jpg": "a".repeat(900) }) });
    const pool = await open(join(root, "s.tar"));
    const [a] = await addressesOf(pool);
    assert.ok(a);
    writeFileSync(join(root, "s.tar"), tarFile({}).subarray(0, 600));
    await assert.rejects(pool.read(a), { code: "SOURCE_CHANGED" });
    rmSync(join(root, "s.tar"));
    await assert.rejects(pool.read(a), { code: "DATA_NOT_FOUND" });
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
