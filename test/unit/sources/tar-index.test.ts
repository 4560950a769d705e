import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import type { RandomAccess } from "../../../src/sources/random-access.js";
import { LocalFile } from "../../../src/sources/local-file.js";
import { HttpFile } from "../../../src/sources/http-file.js";
import { TarIndex } from "../../../src/sources/tar-index.js";
import { fileServer } from "../../helpers/file-server.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile, tarMember } from "../../helpers/tar.js";

/** Large enough to be worth an index. */
const MEMBERS = Object.fromEntries(
  Array.from({ length: 60 }, (_, i) => [`c/${String(i)}.jpg`, Buffer.alloc(150_000, i)]),
);
const TAR = Buffer.concat([
  tarMember("a.cls", Buffer.from("94")),
  tarMember("\u2028.jpg", Buffer.alloc(0), "2"),
  tarFile(MEMBERS),
]);

/** Counts what is read. */
class Counted implements RandomAccess {
  reads = 0;
  constructor(private readonly file: RandomAccess) {}
  get name(): string {
    return this.file.name;
  }
  get size(): number {
    return this.file.size;
  }
  get identity(): string {
    return this.file.identity;
  }
  get blockSize(): number {
    return this.file.blockSize;
  }
  read(offset: number, length: number): Promise<Buffer> {
    this.reads += 1;
    return this.file.read(offset, length);
  }
  hold(): AsyncDisposable {
    return this.file.hold();
  }
}

/** Blocks of which a small file has many: its index is worth keeping. */
class SmallBlocks extends Counted {
  override get blockSize(): number {
    return 1 << 14;
  }
}

async function namesOf(index: TarIndex): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of index.members()) names.push(name);
  return names;
}

function opened(t: TestContext) {
  const root = fileTree(t, { "a.tar": TAR });
  const [path, folder] = [join(root, "a.tar"), join(root, "cache")];
  const open = async () => {
    const file = new Counted(await LocalFile.open(path));
    const index = await TarIndex.of(file, { folder });
    return { index, names: await namesOf(index), reads: file.reads };
  };
  const kept = (): string => join(folder, readdirSync(folder)[0] ?? "");
  return { root, path, folder, open, kept };
}

describe("TarIndex", () => {
  test("is made once and read back the same, with labels and links", async (t) => {
    const { open, folder } = opened(t);
    const first = await open();
    assert.ok(first.reads > 30);
    assert.equal(first.names.length, 62);
    const second = await open();
    assert.equal(second.reads, 0);
    const [all, again] = [first, second].map(({ index }) => index);
    const members = async (index: TarIndex | undefined) => {
      const found = [];
      for await (const member of index?.members() ?? []) found.push(member);
      return found;
    };
    assert.deepEqual(await members(again), await members(all));
    assert.equal((await members(again))[0]?.label, "94");
    assert.notEqual((await members(again))[1]?.link, undefined);
    assert.equal(readdirSync(folder).length, 1);
  });

  test("is made anew when the tar file is another one", async (t) => {
    const { open, path } = opened(t);
    await open();
    writeFileSync(path, Buffer.concat([tarMember("new.jpg", Buffer.from("n")), TAR]));
    assert.equal((await open()).names[0], "new.jpg");
    utimesSync(path, 1, 1);
    assert.ok((await open()).reads > 0);
  });

  test("is made anew when it was cut or changed anywhere", async (t) => {
    const { open, kept } = opened(t);
    const { names } = await open();
    const whole = readFileSync(kept());
    const changed = Buffer.from(whole);
    changed[300] = (changed[300] ?? 0) ^ 1;
    for (const damaged of [
      whole.subarray(0, 200),
      whole.subarray(0, -1),
      changed,
      Buffer.alloc(0),
    ]) {
      writeFileSync(kept(), damaged);
      const again = await open();
      assert.ok(again.reads > 0);
      assert.deepEqual(again.names, names);
      assert.deepEqual(readFileSync(kept()), whole);
    }
  });

  test("stays in memory where it cannot be written", async (t) => {
    const { folder, open } = opened(t);
    writeFileSync(folder, "a file in its place");
    const { names } = await open();
    assert.equal(names.length, 62);
    assert.equal(readFileSync(folder, "utf8"), "a file in its place");
  });

  test("remembers how a damaged tar file ended", async (t) => {
    const { open, path } = opened(t);
    writeFileSync(path, TAR.subarray(0, TAR.length - 5000));
    for (const reads of [true, false]) {
      const { index, reads: count } = await open();
      assert.equal(count > 0, reads);
      assert.match(index.damage ?? "", /^expected an end-of-archive mark/);
    }
  });

  test("of a tar file at a URL costs few requests", async (t) => {
    const { root, folder } = opened(t);
    const { url, requests } = await fileServer(t, root);
    const index = await TarIndex.of(await HttpFile.open(`${url}/a.tar`), { folder });
    assert.equal((await namesOf(index)).length, 62);
    assert.ok(requests.length <= 12, requests.join("\n"));
  });

  test("of a file whose server names no version is not kept", async (t) => {
    const { root, path, folder } = opened(t);
    const { url, faults } = await fileServer(t, root);
    const names = async () => {
      const file = new SmallBlocks(await HttpFile.open(`${url}/a.tar`));
      return namesOf(await TarIndex.of(file, { folder }));
    };
    const other = Buffer.from(TAR);
    other.set(tarMember("z.cls", Buffer.from("94")).subarray(0, 512));
    for (const [etag, expected, kept] of [
      [null, "z.cls", 0],
      ['"1"', "a.cls", 1],
    ] as const) {
      faults.etag = etag;
      writeFileSync(path, TAR);
      assert.equal((await names())[0], "a.cls");
      assert.equal(existsSync(folder) ? readdirSync(folder).length : 0, kept);
      writeFileSync(path, other);
      assert.equal((await names())[0], expected);
    }
  });

  test("is made anew where its last line says nothing of the end, or something else than when it was made", async (t) => {
    const { open, kept } = opened(t);
    await open();
    const whole = readFileSync(kept(), "utf8");
    for (const end of ["null", "{}", '{"damage":7}', '{"damage":"cut"}', "[]"]) {
      writeFileSync(kept(), whole.replace('"end":{"damage":null}', `"end":${end}`));
      assert.notEqual(readFileSync(kept(), "utf8"), whole);
      assert.equal((await open()).names.length, 62);
      assert.equal(readFileSync(kept(), "utf8"), whole);
    }
  });

  test("leaves nothing behind when the tar file cannot be read", async (t) => {
    const { path, folder } = opened(t);
    const file = await LocalFile.open(path);
    writeFileSync(path, "another");
    await assert.rejects(TarIndex.of(file, { folder }), { code: "SOURCE_CHANGED" });
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a folder without permission to write is no matter", {
    skip: process.getuid?.() === 0 && "root may write anywhere",
  }, async (t) => {
    const { folder, open } = opened(t);
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    assert.equal((await open()).names.length, 62);
  });
});
