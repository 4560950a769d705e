import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { LocalFile } from "../../../src/sources/local-file.js";
import { isPictureMember, type TarMember, tarMembers } from "../../../src/sources/tar-members.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile, tarMember, withChecksum } from "../../helpers/tar.js";

async function walked(file: string) {
  const members: TarMember[] = [];
  const walk = tarMembers(await LocalFile.open(file));
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return { members, damage: next.value.damage };
    members.push(next.value);
  }
}

function written(t: TestContext, content: Uint8Array): string {
  return join(fileTree(t, { "a.tar": content }), "a.tar");
}

/** Names with what is read at each place. */
async function contents(file: string): Promise<Record<string, string>> {
  const bytes = readFileSync(file);
  const { members, damage } = await walked(file);
  assert.equal(damage, null);
  return Object.fromEntries(
    members
      .filter(isPictureMember)
      .map(({ name, offset, size }) => [name, bytes.toString("utf8", offset, offset + size)]),
  );
}

describe("tarMembers", () => {
  const long = `${"folder of a long name/".repeat(12)}ü picture 東京.jpg`;
  const middle = `${"a".repeat(90)}/${"b".repeat(60)}.png`;

  for (const format of ["ustar", "gnu", "pax", "v7"] as const) {
    test(`reads what GNU tar writes: ${format}`, async (t) => {
      const files: Record<string, string> = { "short.jpg": "one", "empty.png": "" };
      if (format !== "v7") files[middle] = "m".repeat(1300);
      if (format === "gnu" || format === "pax") files[long] = "l".repeat(512);
      const root = fileTree(t, { ...files, "label.json": "{}", ".hidden.jpg": "no" });
      const file = join(fileTree(t, []), "a.tar");
      execFileSync("tar", [`--format=${format}`, "-cf", file, "-C", root, "."]);
      assert.deepEqual(await contents(file), files);
    });
  }

  test("takes a size in base 256 and the size of a pax record", async (t) => {
    const wide = tarMember("wide.jpg", Buffer.from("content"));
    wide.fill(0, 124, 136);
    wide[124] = 0x80;
    wide[135] = 7;
    const big = tarMember("big.jpg", Buffer.from("content"));
    big.write("00000000000\0", 124);
    const pax = tarMember("pax", Buffer.from("10 size=7\n"), "x");
    const file = written(
      t,
      Buffer.concat([
        withChecksum(wide.subarray(0, 512)),
        wide.subarray(512),
        pax,
        withChecksum(big.subarray(0, 512)),
        big.subarray(512),
        Buffer.alloc(1024),
      ]),
    );
    assert.deepEqual(await contents(file), { "wide.jpg": "content", "big.jpg": "content" });
  });

  test("names every file, labels with what they say, and where links lead; no folders", async (t) => {
    const file = written(
      t,
      Buffer.concat([
        tarMember("./x/a.jpg", Buffer.from("a")),
        tarMember("/x//dir/", Buffer.alloc(0), "5"),
        tarMember("__MACOSX/x.jpg", Buffer.from("x")),
        tarMember("a.cls", Buffer.from(" 7\n")),
        Buffer.alloc(1024),
      ]),
    );
    assert.deepEqual((await walked(file)).members, [
      { name: "x/a.jpg", offset: 512, size: 1 },
      { name: "__MACOSX/x.jpg", offset: 2048, size: 1 },
      { name: "a.cls", offset: 3072, size: 3, label: "7" },
    ]);
  });

  for (const format of ["ustar", "gnu", "pax"] as const) {
    test(`tells where links lead: ${format}`, async (t) => {
      const deep = `${"d".repeat(90)}/${"e".repeat(60)}`;
      const target = format === "ustar" ? "x/a.jpg" : `${deep}/a.jpg`;
      const root = fileTree(t, { [target]: "a", "y/other.txt": "" });
      linkSync(join(root, target), join(root, "z-hard.jpg"));
      symlinkSync(join("..", target), join(root, "y/soft.jpg"));
      const file = join(fileTree(t, []), "a.tar");
      const names = [target, "z-hard.jpg", "y"];
      execFileSync("tar", [`--format=${format}`, "-cf", file, "-C", root, ...names]);
      const { members, damage } = await walked(file);
      assert.equal(damage, null);
      const links = members.filter(({ link }) => link !== undefined);
      assert.deepEqual(Object.fromEntries(links.map(({ name, link }) => [name, link])), {
        "z-hard.jpg": target,
        "y/soft.jpg": target,
      });
    });
  }

  test("takes a tar file inside for a folder named after its stem, and goes on behind it", async (t) => {
    const file = written(
      t,
      tarFile({
        "n01.tar": tarFile({ "a.jpg": "one", "b.jpg": "two" }),
        "in/n02.tar": tarFile({ "c.jpg": "three" }),
        "no.tar": "text",
        "d.jpg": "four",
      }),
    );
    assert.deepEqual(await contents(file), {
      "n01/a.jpg": "one",
      "n01/b.jpg": "two",
      "in/n02/c.jpg": "three",
      "d.jpg": "four",
    });
  });

  test("names the tar file inside that is damaged, and goes on behind it", async (t) => {
    const inner = tarFile({ "a.jpg": "one", "b.jpg": "two" }).subarray(0, 1024 + 100);
    const file = written(t, tarFile({ "n01.tar": inner, "d.jpg": "four" }));
    const { members, damage } = await walked(file);
    assert.deepEqual(
      members.map(({ name }) => name),
      ["n01/a.jpg", "d.jpg"],
    );
    assert.match(damage ?? "", /^expected an end-of-archive mark, got .* \(in n01\.tar\)$/);
  });

  test("cut anywhere, gives the whole members before the cut and says where the end is", async (t) => {
    const whole = tarFile({ "0.jpg": "a".repeat(700), "1.jpg": "b".repeat(700), "2.jpg": "c" });
    const file = written(t, whole);
    for (const [length, expected] of [
      [0, 0],
      [100, 0],
      [512 + 699, 0],
      [512 + 700, 1],
      [512 + 1024, 1],
      [2 * 1536 - 400, 1],
      [2 * 1536, 2],
      [whole.length - 1024, 3],
    ] as const) {
      writeFileSync(file, whole.subarray(0, length));
      const { members, damage } = await walked(file);
      assert.equal(members.length, expected, `${length} bytes`);
      assert.match(
        damage ?? "",
        /^expected an end-of-archive mark, got the file's end at byte \d+/,
      );
    }
  });

  test("names the place of a header that is none", async (t) => {
    const whole = tarFile({ "0.jpg": "a", "1.jpg": "b", "2.jpg": "c" });
    whole[1024 + 3] = 0xff;
    const { members, damage } = await walked(written(t, whole));
    assert.deepEqual([members.length, damage], [1, "expected a header at byte 1024, got none"]);
  });

  test("refuses pax records that lie about their length, and names without end", async (t) => {
    for (const content of ["99 path=x\n", "0 path=x\n", "nonsense", "12 path=xxxxx"]) {
      const bytes = Buffer.concat([tarMember("pax", Buffer.from(content), "x"), tarFile({})]);
      assert.match(
        (await walked(written(t, bytes))).damage ?? "",
        /^expected the name of a member/,
      );
    }
    const huge = tarMember("name", Buffer.alloc((1 << 20) + 1, 120), "L");
    const { damage } = await walked(written(t, Buffer.concat([huge, tarFile({})])));
    assert.match(damage ?? "", /^expected the name of a member/);
  });

  for (const [about, options, holes] of [
    ["GNU tar's own, of few holes", ["--format=gnu"], 2],
    ["GNU tar's own, of many holes", ["--format=gnu"], 60],
    ["pax records of version 0.0", ["--format=pax", "--sparse-version=0.0"], 6],
    ["pax records of version 0.1", ["--format=pax", "--sparse-version=0.1"], 6],
    ["pax records of version 1.0", ["--format=pax", "--sparse-version=1.0"], 6],
  ] as const) {
    test(`a sparse file is refused by its name: ${about}`, async (t) => {
      const root = fileTree(t, { "a.jpg": "a", "z.jpg": "z", "in/": "" });
      const sparse = openSync(join(root, "in/sparse.jpg"), "w");
      for (let i = 1; i <= holes; i++) writeSync(sparse, "data", i * 100_000);
      closeSync(sparse);
      const file = join(fileTree(t, []), "a.tar");
      const names = ["a.jpg", "in/sparse.jpg", "z.jpg"];
      execFileSync("tar", [...options, "--sparse", "-cf", file, "-C", root, ...names]);
      const { members, damage } = await walked(file);
      assert.deepEqual(
        members.map(({ name }) => name),
        ["a.jpg"],
      );
      assert.equal(
        damage,
        "expected files with all their bytes, got in/sparse.jpg, a sparse file; pack it without --sparse",
      );
      execFileSync("tar", ["-cf", file, "-C", root, ...names]);
      assert.equal((await walked(file)).members.length, 3);
    });
  }

  test("a file that is not there is an error with a code", async () => {
    await assert.rejects(walked("/nowhere/a.tar"), { code: "DATA_NOT_FOUND" });
  });

  test("tar files inside each other without end are damage, not an overflow", async (t) => {
    const nested = (depth: number): Buffer => {
      let inner = tarFile({ "deep.jpg": "x" });
      for (let i = 0; i < depth; i++) inner = tarFile({ "n.tar": inner });
      return inner;
    };
    const fine = await walked(written(t, nested(8)));
    assert.deepEqual([fine.members.length, fine.damage], [1, null]);
    const { members, damage } = await walked(written(t, nested(40)));
    assert.equal(members.length, 0);
    assert.match(damage ?? "", /expected at most 8 tar files inside each other/);
  });
});
