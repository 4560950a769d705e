import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";

import type { PcaIndex } from "../../src/pca/pca-index.js";
import { VERSION } from "../../src/version.js";
import { answerOf, startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { assertSameFolders, folderContent } from "../helpers/folder-content.js";
import { LOCK } from "../helpers/result-files.js";
import { paintTrainFolder } from "../helpers/train-folder.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { waitFor } from "../helpers/wait.js";

const CLASSES = 24;
const IMAGES = 12;

/** Classes that a folder's index names as complete. */
function finishedClasses(folder: string): number {
  const path = join(folder, "index.json");
  if (!existsSync(path)) return 0;
  return (JSON.parse(readFileSync(path, "utf8")) as PcaIndex).classes.length;
}

describe("pca fit --resume", () => {
  const root = temporaryFolder();
  const train = join(root.path, "train");
  const whole = join(root.path, "whole");
  const half = join(root.path, "half");
  const args = (out: string, ...more: string[]): string[] => [
    ...["pca", "fit", fixture("eval/models/tiny-resnet.pt"), "--train", train, "--size", "64"],
    ...["--classes", "0-23", "--components", "5", "--batch", "4", "--out", out, ...more],
  ];

  before(async () => {
    const classes = Array.from({ length: CLASSES }, (_, index) => index);
    await paintTrainFolder(train, classes, { images: IMAGES, size: 64 });
    const { status, stderr } = await answerOf(args(whole));
    assert.equal(status, 0, stderr);
    await stoppedInTheMiddle("SIGKILL", half);
  });
  after(() => root.remove());

  /** `pca fit` as a process that is met by a signal when some classes are done. */
  async function stoppedInTheMiddle(signal: NodeJS.Signals, out: string) {
    const { child, ended } = startCli(args(out, "--json"));
    await waitFor("finished classes", () => finishedClasses(out) >= 2);
    child.kill(signal);
    const result = await ended;
    const done = finishedClasses(out);
    assert.ok(done < CLASSES, `it had finished: ${done} classes`);
    return result;
  }

  /** A copy of what the killed run left. */
  function copyOfHalf(t: TestContext): string {
    const out = join(fileTree(t, []), "pca");
    cpSync(half, out, { recursive: true });
    return out;
  }

  test("after kill -9 goes on behind the finished classes; the files are those of one run", async (t) => {
    const out = copyOfHalf(t);
    const done = finishedClasses(out);
    // As a process leaves it that is killed while it writes.
    writeFileSync(join(out, ".010.safetensors.4711-0123abcd.tmp"), "half");
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assert.ok(done >= 2);
    assert.equal(folderContent(out).size, 2 * CLASSES + 1);
    assertSameFolders(out, whole);
  });

  test("a class that the index names and that has no files is done again", async (t) => {
    const out = copyOfHalf(t);
    rmSync(join(out, "000.safetensors"));
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameFolders(out, whole);
  });

  test("images of finished classes are not looked at again", async (t) => {
    const out = copyOfHalf(t);
    const first = join(train, "0");
    const away = join(root.path, "away");
    // The same names and lengths with no pictures in them: a class read again would have no images.
    renameSync(first, away);
    t.after(() => {
      rmSync(first, { recursive: true });
      renameSync(away, first);
    });
    mkdirSync(first);
    for (const name of folderContent(away).keys()) {
      writeFileSync(join(first, name), Buffer.alloc(statSync(join(away, name)).size));
    }
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameFolders(out, whole);
  });

  test("SIGTERM: status 143, only whole classes are left, and --resume goes on", async (t) => {
    const out = join(fileTree(t, []), "pca");
    const { status, signal, stdout, stderr } = await stoppedInTheMiddle("SIGTERM", out);
    assert.deepEqual([status, signal], [143, null]);
    assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "CANCELLED");
    assert.equal(folderContent(out).size, 2 * finishedClasses(out) + 1);
    const resumed = await answerOf(args(out, "--resume"));
    assert.equal(resumed.status, 0, resumed.stderr);
    assertSameFolders(out, whole);
  });

  test("with other settings is refused, naming the setting; nothing is changed", async (t) => {
    const out = copyOfHalf(t);
    const before = folderContent(out);
    // Of the run that was killed: taken over and given free.
    before.delete(LOCK);
    const model = fixture("eval/models/tiny-convnext.pt");
    for (const [changed, name] of [
      [{ "--components": "6" }, "components 6, got 5"],
      [{ "--solver": "lapack" }, "solver lapack, got auto"],
      [{ "--size": "96" }, 'preprocessing {"preset":"paper-v2","size":96}, got .*"size":64'],
      [{ "--temperature": "2" }, "temperature 2, got 1"],
      [{ "--dtype": "bf16" }, "dtype bf16, got fp32"],
      [{ "--normalize": "imagenet" }, "normalization .*, got "],
      [{ "--classes": "0-22" }, "classes 0-22, got 0-23"],
      [{ "--classes": "0-3,5" }, "classes 0-3,5, got 0-23"],
      [{ [fixture("eval/models/tiny-resnet.pt")]: model }, "model [0-9a-f]{64}, got [0-9a-f]{64}"],
    ] as const) {
      const { status, stderr } = await answerOf(replaced(args(out, "--resume"), changed));
      assert.equal(status, 6, stderr);
      assert.match(stderr, new RegExp(`^error\\[RESUME_MISMATCH\\]: .*: expected ${name}`, "m"));
      assert.match(stderr, /^hint: .*--force/m);
    }
    assert.deepEqual(folderContent(out), before);
  });

  test("images that lie elsewhere by now are the same; others under their names are not", async (t) => {
    const out = copyOfHalf(t);
    const elsewhere = join(fileTree(t, []), "train");
    cpSync(train, elsewhere, { recursive: true });
    const moved = replaced(args(out, "--resume"), { "--train": elsewhere });
    const picture = join(elsewhere, "23", "023_000.png");
    const bytes = readFileSync(picture);
    writeFileSync(picture, bytes.subarray(1));
    const refused = await answerOf(moved);
    assert.equal(refused.status, 6);
    assert.match(refused.stderr, /error\[RESUME_MISMATCH\]: .*expected imageSizes /);
    writeFileSync(picture, bytes);
    const { status, stderr } = await answerOf(moved);
    assert.equal(status, 0, stderr);
    const [found, expected] = [out, whole].map(folderContent);
    for (const [name, content] of expected ?? []) {
      if (name !== "index.json") assert.equal(found?.get(name), content, name);
    }
  });

  test("of another version is refused", async (t) => {
    const out = copyOfHalf(t);
    const path = join(out, "index.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(`"version": "${VERSION}"`, '"version": "0.0.1"'));
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 6);
    assert.match(stderr, /error\[RESUME_MISMATCH\]: .*expected version .*, got 0\.0\.1/);
  });

  test("with other images in the training folder is refused", async (t) => {
    const out = copyOfHalf(t);
    const moved = join(root.path, "moved.png");
    const picture = join(train, "20", "020_000.png");
    renameSync(picture, moved);
    t.after(() => renameSync(moved, picture));
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 6);
    assert.match(stderr, /error\[RESUME_MISMATCH\]: .*expected images /);
  });

  test("settings that decide no value may change: threads", async (t) => {
    const out = copyOfHalf(t);
    const { status, stderr } = await answerOf(args(out, "--resume", "--threads", "1"));
    assert.equal(status, 0, stderr);
    assert.equal(finishedClasses(out), CLASSES);
  });

  test("a second start without --resume or --force is refused; --force starts over", async (t) => {
    const out = copyOfHalf(t);
    const before = folderContent(out);
    const refused = await answerOf(args(out));
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /^error\[OUTPUT_EXISTS\]: .*\nhint: .*--force.*--resume/m);
    assert.deepEqual(folderContent(out), before);
    const forced = await answerOf(args(out, "--force"));
    assert.equal(forced.status, 0, forced.stderr);
    assertSameFolders(out, whole);
  });

  test("--force that fails while it replaces a class leaves no index that names the files of two fits", async (t) => {
    const out = join(fileTree(t, []), "pca");
    cpSync(whole, out, { recursive: true });
    // A folder with something in it cannot be replaced by a file.
    const tensors = join(out, "000.safetensors");
    rmSync(tensors);
    mkdirSync(join(tensors, "x"), { recursive: true });
    const { status, stderr } = await answerOf(args(out, "--force", "--temperature", "2"));
    assert.equal(status, 3, stderr);
    assert.match(stderr, /^error\[OUTPUT_WRITE_FAILED\]: .*000\.safetensors/m);
    assert.ok(!existsSync(join(out, "index.json")));
  });
});

/** Arguments with the values of some flags, or whole arguments, replaced. */
function replaced(args: readonly string[], changed: Readonly<Record<string, string>>): string[] {
  const result = [...args];
  for (const [name, value] of Object.entries(changed)) {
    const at = result.indexOf(name);
    if (at === -1) result.push(name, value);
    else result[name.startsWith("--") ? at + 1 : at] = value;
  }
  return result;
}
