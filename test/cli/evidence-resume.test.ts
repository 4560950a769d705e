import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";

import { demoModel, demoTrain } from "../../src/demo/demo.js";
import { fitPca } from "../../src/pca/fit.js";
import { answerOf, startCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { assertSameFolders, folderContent, lineCount } from "../helpers/folder-content.js";
import { JOURNAL, LOCK, namesIn } from "../helpers/result-files.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { waitFor } from "../helpers/wait.js";

/** Attacked one at a time, so that a run is met in its middle. */
const POOL = 8;

describe("evidence --resume", () => {
  const root = temporaryFolder();
  const pca = join(root.path, "pca");
  const whole = join(root.path, "whole");
  const half = join(root.path, "half");
  const argsFor = (classes: readonly string[], out: string, ...more: string[]): string[] => [
    ...["evidence", pca, ...classes.flatMap((one) => ["--class", one]), "--components", "2"],
    ...["--pool-size", String(POOL), "--eps", "8", "--steps", "24", "--batch", "1"],
    ...["--out", out, ...more],
  ];
  const args = (out: string, ...more: string[]): string[] => argsFor(["fish", "8"], out, ...more);

  before(async () => {
    const fit = { model: demoModel(), train: demoTrain(), components: POOL };
    await fitPca({ ...fit, classes: "3,8,9", out: pca });
    const { status, stderr } = await answerOf(args(whole));
    assert.equal(status, 0, stderr);
    await stoppedInTheMiddle("SIGKILL", half, "003");
  });
  after(() => root.remove());

  /** `evidence` as a process that is met by a signal when some components of a class are attacked. */
  async function stoppedInTheMiddle(signal: NodeJS.Signals, out: string, folder: string) {
    const { child, ended } = startCli(args(out, "--json"));
    const journal = join(out, folder, JOURNAL);
    await waitFor("attacked components", () => lineCount(journal) > 2);
    child.kill(signal);
    const result = await ended;
    const attacked = lineCount(journal) - 1;
    assert.ok(attacked >= 2 && attacked < POOL, `${attacked} components`);
    assert.equal(existsSync(join(out, "index.html")), false);
    return result;
  }

  function copyOfHalf(t: TestContext): string {
    const out = join(fileTree(t, []), "evidence");
    cpSync(half, out, { recursive: true });
    return out;
  }

  test("after kill -9 in the first class: the files are those of one run", async (t) => {
    const out = copyOfHalf(t);
    const journal = join(out, "003", JOURNAL);
    assert.deepEqual(namesIn(join(out, "003")), [JOURNAL]);
    // As a process leaves it that is killed while it writes.
    const text = readFileSync(journal, "utf8");
    writeFileSync(journal, text.slice(0, -100));
    writeFileSync(join(out, "003", ".image-000.png.4711-0123abcd.tmp"), "half");
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameFolders(out, whole);
  });

  test("components of the earlier run are not attacked again", async (t) => {
    const out = copyOfHalf(t);
    const journal = join(out, "003", JOURNAL);
    const changed = readFileSync(journal, "utf8").replace(/"objective":[^,]+/, '"objective":4711');
    writeFileSync(journal, changed);
    assert.equal((await answerOf(args(out, "--resume"))).status, 0);
    assert.match(readFileSync(join(out, "003", "evidence.json"), "utf8"), /"objective": 4711,/);
  });

  test("SIGTERM in the second class: status 143, the first is complete, --resume goes on", async (t) => {
    const out = join(fileTree(t, []), "evidence");
    const { status, signal, stdout, stderr } = await stoppedInTheMiddle("SIGTERM", out, "008");
    assert.deepEqual([status, signal], [143, null]);
    assert.match(stderr, /^error\[CANCELLED\]: .*\nhint: .*--resume/m);
    assert.equal((JSON.parse(stdout) as { error: { code: string } }).error.code, "CANCELLED");
    assertSameFolders(join(out, "003"), join(whole, "003"));
    assert.deepEqual(namesIn(join(out, "008")), [JOURNAL]);

    const resumed = await answerOf(args(out, "--resume"));
    assert.equal(resumed.status, 0, resumed.stderr);
    assertSameFolders(out, whole);
  });

  test("a class whose document names a picture that is not there is done again", async (t) => {
    const out = join(fileTree(t, []), "evidence");
    cpSync(whole, out, { recursive: true });
    const [picture = ""] = namesIn(join(out, "008")).filter((name) => name.endsWith(".png"));
    rmSync(join(out, "008", picture));
    assert.equal((await answerOf(args(out, "--resume"))).status, 0);
    assertSameFolders(out, whole);
  });

  test("killed between a class's document and the end of its journal, it leaves no journal", async (t) => {
    const out = join(fileTree(t, []), "evidence");
    cpSync(whole, out, { recursive: true });
    cpSync(join(half, "003", JOURNAL), join(out, "003", JOURNAL));
    assert.equal((await answerOf(args(out, "--resume"))).status, 0);
    assertSameFolders(out, whole);
  });

  test("with other settings is refused, naming the setting; nothing is changed", async (t) => {
    const [interrupted, complete] = [copyOfHalf(t), join(fileTree(t, []), "evidence")];
    cpSync(whole, complete, { recursive: true });
    for (const out of [interrupted, complete]) {
      const before = folderContent(out);
      // Of the run that was killed: taken over and given free.
      before.delete(LOCK);
      for (const [flags, name] of [
        [["--steps", "25"], "steps 25, got 24"],
        [["--eps", "9"], "eps 9, got 8"],
        [["--seed", "1"], "seed 1, got 0"],
        [["--components", "3"], "components 3, got 2"],
        [["--pool-size", "7"], "poolSize 7, got 8"],
        [["--layer", "last-conv"], "layer .?last-conv.?, got .?auto"],
        [["--temperature", "2"], "temperature 2, got 1"],
        [["--size", "96"], "size 96, got 64"],
        [["--dtype", "bf16"], "dtype .?bf16.?, got .?fp32"],
      ] as const) {
        const { status, stderr } = await answerOf(args(out, "--resume", ...flags));
        assert.equal(status, 6, stderr);
        assert.match(stderr, new RegExp(`^error\\[RESUME_MISMATCH\\]: .*: expected ${name}`, "m"));
        assert.match(stderr, /^hint: .*--force/m);
      }
      assert.deepEqual(folderContent(out), before);
    }
  });

  test("an interrupted run with other classes is refused; a complete one takes more", async (t) => {
    const out = copyOfHalf(t);
    for (const [classes, name] of [
      [["3", "8", "9"], "3,8-9"],
      [["umbrella"], "9"],
      [["fish"], "3"],
    ] as const) {
      const { status, stderr } = await answerOf(argsFor(classes, out, "--resume"));
      assert.equal(status, 6, stderr);
      assert.match(
        stderr,
        new RegExp(`RESUME_MISMATCH\\]: .*expected classes "${name}", got "3,8"`),
      );
    }
    const complete = join(fileTree(t, []), "evidence");
    cpSync(whole, complete, { recursive: true });
    const { status } = await answerOf(args(complete, "--resume", "--class", "9"));
    assert.equal(status, 0);
    for (const name of ["003", "008"]) {
      assert.deepEqual(folderContent(join(complete, name)), folderContent(join(whole, name)));
    }
    assert.match(readFileSync(join(complete, "index.html"), "utf8"), /id="class-9"/);
  });

  test("with a PCA that was fitted again from other images is refused", async (t) => {
    const out = copyOfHalf(t);
    const tensors = join(pca, "003.safetensors");
    const content = readFileSync(tensors);
    t.after(() => writeFileSync(tensors, content));
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    writeFileSync(tensors, changed);
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 6);
    assert.match(stderr, /RESUME_MISMATCH\]: .*expected pca "[0-9a-f]{64}", got "[0-9a-f]{64}"/);
  });

  test("a second start without --resume or --force is refused", async (t) => {
    const out = copyOfHalf(t);
    const before = folderContent(out);
    const { status, stderr } = await answerOf(args(out));
    assert.equal(status, 2);
    assert.match(stderr, /^error\[OUTPUT_EXISTS\]: .*an unfinished run\nhint: pass --resume/m);
    assert.deepEqual(folderContent(out), before);
  });

  test("--force starts over; interrupted, it can be resumed whatever it replaces", async (t) => {
    const out = join(fileTree(t, []), "evidence");
    assert.equal((await answerOf(args(out, "--steps", "2", "--seed", "7"))).status, 0);
    const { child, ended } = startCli(args(out, "--force"));
    await waitFor("attacked components", () => lineCount(join(out, "003", JOURNAL)) > 2);
    child.kill("SIGKILL");
    assert.equal((await ended).signal, "SIGKILL");
    const { status, stderr } = await answerOf(args(out, "--resume"));
    assert.equal(status, 0, stderr);
    assertSameFolders(out, whole);
  });
});
