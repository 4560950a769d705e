import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import sharp from "sharp";

import { readMineResult } from "../../../src/mining/mine-result.js";
import { parseReview, reviewPath } from "../../../src/mining/review/review-file.js";
import type { ReviewState } from "../../../src/mining/review/review-session.js";
import { serveReview } from "../../../src/mining/review/serve-review.js";
import { type Asked, askRaw } from "../../helpers/label-client.js";
import { minedFolder, minedResult } from "../../helpers/mined-folder.js";

const SHAPE = { components: { 1: 3, 4: 2 } };

async function start(t: TestContext, mined?: string) {
  const mine = mined ?? (await minedFolder(t, SHAPE));
  const served = await serveReview({ mine });
  t.after(() => served[Symbol.asyncDispose]());
  const { port, url } = served;
  const token = new URL(url).searchParams.get("token") ?? "";
  const ask = (path: string, { headers, ...asked }: Asked = {}) =>
    askRaw(port, path, {
      ...asked,
      headers: { Cookie: `spurious-native-label-${String(port)}=${token}`, ...headers },
    });
  const change = (what: string, body: unknown) =>
    ask(`/api/${what}`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-Label-Token": token },
    });
  const state = async () => JSON.parse((await ask("/api/state")).body) as ReviewState;
  return { mine, port, ask, change, state };
}

describe("the server of mined images", () => {
  test("lets nobody in without the token, nor under another name", async (t) => {
    const { port, ask } = await start(t);
    for (const path of [
      "/",
      "/api/state",
      "/api/item/0",
      "/assets/review.js",
      "/picture/large/0",
    ]) {
      assert.equal((await askRaw(port, path)).status, 403, path);
      assert.equal((await ask(path, { headers: { Host: "example.org" } })).status, 403, path);
      const { status, headers } = await ask(path);
      assert.equal(status, 200, path);
      assert.match(String(headers["content-security-policy"]), /^default-src 'none';/);
    }
    const body = { version: 0, place: 0, answer: "keep" };
    assert.equal((await ask("/api/answer", { method: "POST", body })).status, 403);
  });

  test("an answer is on disk when it is acknowledged, under the image's id; a stale one is not", async (t) => {
    const { mine, change, state } = await start(t);
    const answer = await change("answer", { version: 0, place: 3, answer: "keep" });
    assert.equal(answer.status, 200, answer.body);
    const { result } = await readMineResult(mine);
    const read = () => parseReview("x", readFileSync(reviewPath(mine), "utf8"), result).entries;
    const [entry] = read();
    assert.ok(entry && "answer" in entry);
    assert.deepEqual(
      [entry.component, entry.pool, entry.id, entry.answer],
      [4, 0, "photos/4-0.jpg", "keep"],
    );
    const stale = await change("answer", { version: 0, place: 3, answer: "skip" });
    assert.deepEqual([stale.status, read().length], [409, 1]);
    const { items, version } = await state();
    assert.equal(version, 1);
    assert.deepEqual(items[3], { place: 3, component: 4, answer: "keep" });
    assert.equal((await change("undo", { version: 1 })).status, 200);
    assert.equal((await state()).items[3]?.answer, null);
  });

  test("bodies that are no answer, and places that there are not, change nothing", async (t) => {
    const { change, state } = await start(t);
    for (const body of [
      { version: 0, place: 0, answer: "spurious" },
      { version: 0, place: "0", answer: "keep" },
      { version: 0, place: -1, answer: "keep" },
      { version: 0, answer: "keep" },
      { place: 0, answer: "keep" },
      null,
    ]) {
      assert.equal((await change("answer", body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await change("answer", { version: 0, place: 5, answer: "keep" })).status, 404);
    assert.equal((await state()).version, 0);
  });

  test("pictures are encoded anew, whatever the pool's format, and no larger than asked", async (t) => {
    const { mine, ask } = await start(t);
    const create = { width: 3000, height: 900, channels: 4, background: "teal" } as const;
    writeFileSync(join(mine, "images/1-1.jpg"), await sharp({ create }).tiff().toBuffer());
    for (const [size, edge] of [
      ["large", 1280],
      ["small", 192],
    ] as const) {
      const { body, headers } = await ask(`/picture/${size}/0`);
      assert.equal(headers["content-type"], "image/jpeg");
      const { width, format } = await sharp(Buffer.from(body, "latin1")).metadata();
      assert.deepEqual([width, format], [edge, "jpeg"]);
    }
  });

  test("gives no file that is no picture, lies outside or is a link, whatever mine.json names", async (t) => {
    const mine = await minedFolder(t, SHAPE);
    const base = join(mine, "..");
    const secret = await sharp({
      create: { width: 8, height: 8, channels: 3, background: "red" },
    })
      .png()
      .toBuffer();
    for (const name of ["secret.png", "secret.txt"]) writeFileSync(join(base, name), secret);
    writeFileSync(join(mine, "images/text.jpg"), "what nobody may read");
    rmSync(join(mine, "images/1-3.jpg"));
    symlinkSync(join(base, "secret.png"), join(mine, "images/1-3.jpg"));
    mkdirSync(join(base, "pool"));
    const result = minedResult(SHAPE);
    const files = ["../secret.png", "images/text.jpg", "images/1-3.jpg"];
    const ids = ["../secret.png", join(base, "secret.png"), "x/../../secret.png"];
    const top = result.components[0]?.top.map((one, i) => ({ ...one, file: files[i], id: ids[i] }));
    const pools = [{ path: join(base, "pool"), kind: "folder" }];
    const hostile = { ...result, pools, components: [{ ...result.components[0], top }] };
    writeFileSync(join(mine, "mine.json"), JSON.stringify(hostile));
    const { ask } = await start(t, mine);
    for (const path of ["large/0", "large/1", "large/2", "small/2"]) {
      assert.equal((await ask(`/picture/${path}`)).status, 404, path);
    }
    for (const path of [
      "large/3",
      "large/..%2f0",
      "../secret.png",
      "train/1/0",
      "images/1-1.jpg",
    ]) {
      assert.equal((await ask(`/picture/${path}`)).status, 404, path);
    }
    assert.equal((await ask("/api/item/9")).status, 404);
  });

  test("an image whose copy and pool are gone leaves the rest as it is", async (t) => {
    const { mine, ask } = await start(t);
    renameSync(join(mine, "images/1-1.jpg"), join(mine, "elsewhere.jpg"));
    // The pool itself is not there either: that is told, and no other image suffers.
    assert.ok((await ask("/picture/large/0")).status >= 400);
    assert.equal((await ask("/picture/large/1")).status, 200);
  });

  test("a second page over the same review, and a review of other images, are refused", async (t) => {
    const { mine } = await start(t);
    await assert.rejects(serveReview({ mine }), { code: "USAGE_INVALID" });
    const other = join(mine, "other.json");
    await using own = await serveReview({ mine, review: other });
    assert.equal(own.file, other);
    await own[Symbol.asyncDispose]();
    const result = { ...minedResult(SHAPE), settings: { pca: "another" } };
    writeFileSync(join(mine, "mine.json"), JSON.stringify(result));
    await assert.rejects(serveReview({ mine, review: other }), {
      code: "RESUME_MISMATCH",
      message: /going on with a review: .*expected pca another, got a hash/,
    });
  });
});
