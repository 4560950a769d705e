import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { imageSizes } from "../../../src/datasets/image-sizes.js";

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${String(i)}.jpg`);

/** @param changed names of images that are a byte longer */
function sizesOf(images: readonly string[], changed: ReadonlySet<string> = new Set()) {
  const asked: string[] = [];
  const hash = imageSizes(
    images,
    (name) => name,
    (name) => {
      asked.push(name);
      return Promise.resolve(name.length + Number(changed.has(name)));
    },
  );
  return { asked, hash };
}

describe("imageSizes", () => {
  test("of the same images is the same, in whatever order they come", async () => {
    const images = names(5000);
    const [one, other] = [sizesOf(images), sizesOf([...images].reverse())];
    assert.equal(await one.hash, await other.hash);
    assert.deepEqual(one.asked, other.asked);
  });

  test("tells of every change of few images, and of a change of many among more", async () => {
    const few = names(1000);
    for (const name of ["0.jpg", "500.jpg", "999.jpg"]) {
      assert.notEqual(await sizesOf(few, new Set([name])).hash, await sizesOf(few).hash);
    }
    const many = names(20_000);
    const resized = new Set(many.slice(0, 2000));
    assert.notEqual(await sizesOf(many, resized).hash, await sizesOf(many).hash);
  });

  test("asks for a thousand lengths at most, of images all over", async () => {
    const images = names(20_000);
    const { asked, hash } = sizesOf(images);
    await hash;
    assert.equal(asked.length, 1000);
    assert.equal(new Set(asked).size, 1000);
    for (let i = 0; i < 4; i++) {
      const part = new Set(images.slice(i * 5000, (i + 1) * 5000));
      assert.ok(asked.filter((name) => part.has(name)).length > 200);
    }
  });

  test("an image that is gone has a length of its own; a failure is thrown", async () => {
    const hashes = [null, 0].map((size) =>
      imageSizes(
        ["a"],
        (name) => name,
        () => Promise.resolve(size),
      ),
    );
    const [gone, empty] = await Promise.all(hashes);
    assert.notEqual(gone, empty);
    const failing = imageSizes(
      ["a"],
      (name) => name,
      () => Promise.reject(new Error("offline")),
    );
    await assert.rejects(failing, /offline/);
  });
});
