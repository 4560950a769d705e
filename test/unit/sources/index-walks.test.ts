import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { IndexWalks } from "../../../src/sources/index-walks.js";
import { LocalFile } from "../../../src/sources/local-file.js";
import { openPictureTree } from "../../../src/sources/open-tree.js";
import { TarIndex } from "../../../src/sources/tar-index.js";
import type { ProgressSink } from "../../../src/terminal/progress.js";
import { fileTree } from "../../helpers/file-tree.js";
import { tarFile } from "../../helpers/tar.js";

/** Twelve megabytes: large enough that its index is kept. */
const TAR = tarFile(
  Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`c/${String(i)}.jpg`, big(i)])),
);

function big(value: number): Buffer {
  return Buffer.alloc(1_000_000, value);
}

/** Writes down what it is told. */
class Told implements ProgressSink {
  readonly lines: string[] = [];
  done = 0;

  constructor(readonly showsPreparation = true) {}

  begin(label: string, total: number, unit: string, alreadyDone = 0): void {
    this.lines.push(`${label}: ${String(total)} ${unit}`);
    this.done = alreadyDone;
  }

  advance(count: number): void {
    this.done += count;
  }

  end(): void {
    this.lines.push(`end at ${String(this.done)}`);
  }
}

describe("walks through tar files", () => {
  test("are one piece of work, whole at its end; a kept index counts and is not walked", async (t) => {
    const root = fileTree(t, { "a.tar": TAR, "b.tar": TAR });
    const folder = join(root, "index");
    const files = [join(root, "a.tar"), join(root, "b.tar")].map((path) => LocalFile.open(path));
    const [a, b] = await Promise.all(files);
    assert.ok(a && b);
    await TarIndex.of(a, { folder });
    const progress = new Told();
    {
      using walks = new IndexWalks(a.size + b.size, { progress }, 0);
      for (const file of [a, b]) await TarIndex.of(file, { walks, folder });
    }
    const megabytes = Math.ceil((2 * TAR.length) / 1e6);
    assert.equal(progress.lines[0], `indexing tar files: ${String(megabytes)} MB`);
    assert.equal(progress.lines.length, 2);
    assert.equal(progress.done, Math.floor((2 * TAR.length) / 1e6));

    const again = new Told();
    {
      using walks = new IndexWalks(a.size + b.size, { progress: again }, 0);
      for (const file of [a, b]) await TarIndex.of(file, { walks, folder });
    }
    assert.deepEqual(again.lines, []);
  });

  test("are not told of where they are short, nor to a sum over workers", async (t) => {
    const root = fileTree(t, { "a.tar": TAR });
    const file = await LocalFile.open(join(root, "a.tar"));
    for (const [progress, patience] of [
      [new Told(), 60_000],
      [new Told(false), 0],
    ] as const) {
      using walks = new IndexWalks(file.size, { progress }, patience);
      await TarIndex.of(file, { walks, folder: join(root, "index", String(patience)) });
      assert.deepEqual(progress.lines, []);
    }
  });

  test("stop at a signal and leave no index", async (t) => {
    const root = fileTree(t, { "a.tar": TAR });
    const stop = new AbortController();
    const progress: ProgressSink = {
      showsPreparation: true,
      begin: () => stop.abort(),
      advance: () => undefined,
      end: () => undefined,
    };
    const file = await LocalFile.open(join(root, "a.tar"));
    const folder = join(root, "index");
    using walks = new IndexWalks(file.size, { progress, signal: stop.signal }, 0);
    await assert.rejects(TarIndex.of(file, { walks, folder }), { code: "CANCELLED" });
    const whole = await TarIndex.of(file, { folder });
    let members = 0;
    for await (const { size } of whole.members()) members += size > 0 ? 1 : 0;
    assert.equal(members, 12);
    const opened = openPictureTree(join(root, "a.tar"), { signal: stop.signal });
    await assert.rejects(opened, { code: "CANCELLED" });
  });
});
