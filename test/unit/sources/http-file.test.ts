import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";

import { HttpFile } from "../../../src/sources/http-file.js";
import { type Faults, fileServer } from "../../helpers/file-server.js";
import { fileTree } from "../../helpers/file-tree.js";
import { Random } from "../../helpers/random.js";

/** Fast to fail. */
const QUICK = { attempts: 4, delay: 1, timeout: 200 };
const CONTENT = Buffer.from(new Random(1).bytes(100_000));

async function serve(t: TestContext, faults: Faults = {}) {
  const root = fileTree(t, { "a.tar": CONTENT, "empty.tar": "" });
  return { root, ...(await fileServer(t, root, faults)) };
}

describe("HttpFile", () => {
  test("reads any part, and fewer bytes only at the end", async (t) => {
    const { url } = await serve(t);
    const file = await HttpFile.open(`${url}/a.tar`, QUICK);
    assert.equal(file.size, CONTENT.length);
    assert.deepEqual(await file.read(70_000, 10), CONTENT.subarray(70_000, 70_010));
    assert.deepEqual(await file.read(99_990, 100), CONTENT.subarray(99_990));
    assert.equal((await file.read(100_000, 10)).length, 0);
    const empty = await HttpFile.open(`${url}/empty.tar`, QUICK);
    assert.deepEqual([empty.size, (await empty.read(0, 512)).length], [0, 0]);
  });

  test("goes on at the byte where an answer broke off, however often", async (t) => {
    const { url, requests } = await serve(t, { dropAfter: 9000 });
    const file = await HttpFile.open(`${url}/a.tar`, QUICK);
    assert.deepEqual(await file.read(0, 100_000), CONTENT);
    assert.ok(requests.length >= 12, String(requests.length));
    const starts = requests.slice(1).map((one) => Number(/=(\d+)-/.exec(one)?.[1]));
    for (const [i, start] of starts.entries()) assert.ok(i === 0 || start > (starts[i - 1] ?? 0));
  });

  for (const code of [429, 500, 503]) {
    test(`asks again after a status ${String(code)}, and stops after a number of them`, async (t) => {
      const { url, faults, requests } = await serve(t, { status: { every: 2, code } });
      const file = await HttpFile.open(`${url}/a.tar`, QUICK);
      assert.deepEqual(await file.read(5, 50), CONTENT.subarray(5, 55));
      faults.status = { every: 1, code };
      const before = requests.length;
      await assert.rejects(file.read(0, 10), {
        code: "SOURCE_UNREACHABLE",
        message: new RegExp(
          `a\\.tar: expected an answer, got status ${String(code)} \\(4 times\\)`,
        ),
      });
      assert.equal(requests.length - before, 4);
    });
  }

  test("waits as long as the server asks", async (t) => {
    const status = { every: 1, code: 503, retryAfter: "1" };
    const { url } = await serve(t, { status });
    const before = Date.now();
    const options = { ...QUICK, attempts: 2 };
    await assert.rejects(HttpFile.open(`${url}/a.tar`, options), { code: "SOURCE_UNREACHABLE" });
    assert.ok(Date.now() - before >= 950);
  });

  test("a server that says nothing, or is none, is an error after some tries", async (t) => {
    const { url } = await serve(t, { silent: true });
    await assert.rejects(HttpFile.open(`${url}/a.tar`, { ...QUICK, timeout: 30 }), {
      code: "SOURCE_UNREACHABLE",
      message: /got nothing for 0\.03 seconds \(4 times\)/,
    });
    await assert.rejects(HttpFile.open("http://127.0.0.1:1/a.tar", QUICK), {
      code: "SOURCE_UNREACHABLE",
      message: /ECONNREFUSED|bad port/,
    });
  });

  test("a server that ignores ranges is an error that says so", async (t) => {
    const { url } = await serve(t, { ignoreRanges: true });
    await assert.rejects(HttpFile.open(`${url}/a.tar`, QUICK), {
      code: "SOURCE_UNREACHABLE",
      message: /expected a server that sends parts of files \(206\), got status 200/,
      hint: /download/,
    });
  });

  test("a file that changes meanwhile is an error: its ETag, its size, its end", async (t) => {
    const { root, url, faults } = await serve(t);
    const file = await HttpFile.open(`${url}/a.tar`, QUICK);
    faults.etag = '"2"';
    await assert.rejects(file.read(0, 10), {
      code: "SOURCE_CHANGED",
      message: /expected 100000 bytes of version "1", got 100000 bytes of version "2"/,
    });
    delete faults.etag;
    writeFileSync(join(root, "a.tar"), CONTENT.subarray(0, 50_000));
    await assert.rejects(file.read(0, 10), { code: "SOURCE_CHANGED", message: /got 50000 bytes/ });
    await assert.rejects(file.read(60_000, 10), { code: "SOURCE_CHANGED" });
  });

  test("a file that is not there is not asked for twice", async (t) => {
    const { url, requests } = await serve(t);
    await assert.rejects(HttpFile.open(`${url}/gone.tar`, QUICK), {
      code: "DATA_NOT_FOUND",
      message: /got status 404/,
    });
    assert.equal(requests.length, 1);
  });

  test("follows redirects to http alone, and not for ever", async (t) => {
    const { url } = await serve(t);
    const other = await serve(t, { redirect: `${url}/a.tar` });
    const file = await HttpFile.open(`${other.url}/b.tar`, QUICK);
    assert.deepEqual(await file.read(1, 4), CONTENT.subarray(1, 5));
    other.faults.redirect = "file:///etc/passwd";
    await assert.rejects(file.read(0, 1), { code: "SOURCE_UNREACHABLE", message: /got file:/ });
    other.faults.redirect = `${other.url}/b.tar`;
    await assert.rejects(file.read(0, 1), { message: /got more than 5 redirects/ });
  });

  test("takes no user names and passwords, which results would show", async () => {
    await assert.rejects(HttpFile.open("https://me:secret@host/a.tar"), (error: Error) => {
      assert.equal((error as { code?: string }).code, "USAGE_INVALID");
      assert.ok(!error.message.includes("secret"));
      return true;
    });
    await assert.rejects(HttpFile.open("http://"), { code: "USAGE_INVALID" });
  });
});
