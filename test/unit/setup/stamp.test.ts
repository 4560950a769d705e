import assert from "node:assert/strict";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { SCRIPTS, temporaryFolder, writeFile } from "./set-up.js";

interface Stamp {
  listFiles(folder: string, accept?: (path: string) => boolean): string[];
  hashInputs(base: string, files: string[], rest?: unknown): string;
  isStamped(path: string, expected: string): boolean;
  writeStamp(path: string, value: string): void;
}

const stamp = (await import(pathToFileURL(join(SCRIPTS, "stamp.mjs")).href)) as Stamp;

function sources(t: TestContext): string {
  const folder = temporaryFolder(t);
  writeFile(join(folder, "a.cpp"), "one");
  writeFile(join(folder, "b", "c.cpp"), "two");
  return folder;
}

function hashOf(folder: string, rest?: unknown): string {
  return stamp.hashInputs(folder, stamp.listFiles(folder), rest);
}

test("the hash is the same for the same files wherever they lie", (t) => {
  assert.equal(hashOf(sources(t)), hashOf(sources(t)));
});

test("the hash changes with content, name, a new file and the settings", (t) => {
  const original = hashOf(sources(t));
  const changes: ((folder: string) => void)[] = [
    (folder) => {
      writeFile(join(folder, "a.cpp"), "One");
    },
    (folder) => {
      writeFile(join(folder, "d.cpp"), "");
    },
    (folder) => {
      // The same bytes, divided differently among the files.
      writeFile(join(folder, "a.cpp"), "onet");
      writeFile(join(folder, "b", "c.cpp"), "wo");
    },
  ];
  for (const change of changes) {
    const folder = sources(t);
    change(folder);
    assert.notEqual(hashOf(folder), original);
  }
  assert.notEqual(hashOf(sources(t), { version: 2 }), original);
});

test("a folder that does not exist holds no files", (t) => {
  assert.deepEqual(stamp.listFiles(join(temporaryFolder(t), "none")), []);
});

test("a stamp that was not written, or has another value, is no match", (t) => {
  const path = join(temporaryFolder(t), "build", "stamp");
  assert.equal(stamp.isStamped(path, "x"), false);
  stamp.writeStamp(path, "x");
  assert.equal(stamp.isStamped(path, "x"), true);
  assert.equal(stamp.isStamped(path, "y"), false);
});
