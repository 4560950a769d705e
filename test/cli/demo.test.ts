import assert from "node:assert/strict";
import { existsSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { demoRequest, demoTruth } from "../../src/demo/demo.js";
import { plantedComponents, type Tour } from "../../src/demo/tour.js";
import { evaluate } from "../../src/evaluation/evaluate.js";
import { readPcaIndex } from "../../src/pca/pca-index.js";
import { answerInPage } from "../helpers/answer-in-page.js";
import { runCli, type StartedCli, startCli } from "../helpers/cli.js";
import { fakeOpener } from "../helpers/fake-opener.js";
import { readJsonFile } from "../helpers/mining-pool.js";
import { temporaryFolder } from "../helpers/temporary-folder.js";
import { waitFor } from "../helpers/wait.js";

describe("demo --open: the tour, against the planted truth", () => {
  const root = temporaryFolder();
  const cwd = realpathSync(root.path);
  const out = join(cwd, "results/demo");
  const planted = new Set(
    demoTruth()
      .classes.filter((one) => one.planted)
      .map(({ index }) => index),
  );
  const opener = fakeOpener(cwd, { refuses: "*evidence*" });
  let program: StartedCli;
  let result: Omit<Tour, "mended">;
  before(async () => {
    // An earlier tour is replaced file by file.
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "mended.pt"), "of an earlier tour");
    program = startCli(["demo", "--open", "--force"], { cwd, env: opener.env });
    await waitFor("all pages", () => opener.opened().length === 4 || ended(program), 3);
    result = {
      score: readJsonFile(join(out, "eval/result.json")),
      fix: readJsonFile(join(out, "spufix/result.json")),
      components: await plantedComponents(
        join(out, "pca"),
        await readPcaIndex(join(out, "pca")),
        demoTruth(),
      ),
    };
  });
  after(() => {
    program.child.kill("SIGKILL");
    root.remove();
  });

  it("scores the planted classes low and the clean ones high", () => {
    assert.equal(planted.size, 3);
    for (const { index, label, ap } of result.score.classes) {
      if (planted.has(index)) assert.ok(ap < 0.6, `${label} ${String(ap)}`);
      else assert.ok(ap > 0.93, `${label} ${String(ap)}`);
    }
  });

  it("finds every planted feature among the leading components", () => {
    assert.deepEqual(new Set(result.components.map((one) => one.class)), planted);
    for (const { name, eigenIndex, separation, taggedOfTopFive } of result.components) {
      const known = demoTruth().classes.find((one) => one.label === name);
      assert.equal(eigenIndex, known?.component, name);
      assert.ok(separation >= 0.95, `${name} ${String(separation)}`);
      assert.equal(taggedOfTopFive, 5, name);
    }
  });

  it("takes them out: planted scores up by 0.1, accuracy down by a point at most", () => {
    for (const { index, label, value } of result.fix.difference.classes) {
      if (planted.has(index)) assert.ok(value >= 0.1, `${label} ${String(value)}`);
      else assert.equal(value, 0, label);
    }
    const [accuracy = 0, mended = 0] = result.fix.accuracy?.accuracy ?? [];
    assert.ok(
      accuracy >= 0.95 && mended >= accuracy - 0.01,
      `${String(accuracy)} ${String(mended)}`,
    );
  });

  it("leaves a mended classifier that scores as the fix does", async () => {
    const { score } = await evaluate(demoRequest({ model: join(out, "mended.pt"), bootstrap: 0 }));
    assert.ok(Math.abs(score.mean - result.fix.after.score.mean) < 1e-9);
    assert.ok(score.mean > result.score.score.mean + 0.05);
  });

  it("leaves reports, evidence and the fix in a folder", () => {
    for (const name of [
      "eval/report.html",
      "eval/result.json",
      "pca/index.json",
      "evidence/index.html",
      "evidence/008/evidence.json",
      "evidence/008/component-000-sheet.png",
      "components.json",
      "demo.spufix.safetensors",
      "mended.pt",
      "spufix/result.json",
      "spufix/after/report.html",
    ]) {
      assert.ok(existsSync(join(out, name)), name);
    }
  });

  it("opens reports and labelling page, and serves the page until a signal", async () => {
    const opened = opener.opened();
    const page = opened.at(-1) ?? "";
    const reports = ["eval/report.html", "evidence/index.html", "spufix/report.html"];
    assert.deepEqual(
      opened.slice(0, 3),
      reports.map((one) => join(out, one)),
    );
    for (const one of reports) assert.ok(existsSync(join(out, one)), one);
    await answerInPage(page, () => ({ answer: "spurious", note: "" }));
    program.child.kill("SIGINT");
    const { status, stdout, stderr } = await program.ended;
    assert.equal(status, 0, stderr);
    assert.ok(stdout.includes(page));
    assert.match(stderr, /9 of 9 components answered in .*you\.labels\.json/);
    assert.ok(existsSync(join(out, "evidence/labels/you.labels.json")));
    // What no browser takes is told.
    assert.deepEqual(stderr.match(/^open .*$/gm), [`open ${join(out, "evidence/index.html")}`]);
  });

  it("shows five commands, which work as they stand", async () => {
    const { stdout } = await program.ended;
    const shown = [...stdout.matchAll(/^ {2}\d\. .+\n {5}(spurious-native .+)$/gm)];
    const commands = shown.map(([, command = ""]) => command);
    assert.equal(commands.length, 5);
    for (const [, program, ...args] of commands.map((one) => ["", ...one.split(" ")])) {
      assert.equal(program, "spurious-native");
      // It stays until it is stopped; the page is the one above.
      if (args[0] === "label") continue;
      const { status, stderr } = await runCli([...args, "--quiet"], { cwd });
      assert.equal(status, 0, `${args.join(" ")}\n${stderr}`);
    }
    assert.ok(existsSync(join(cwd, "my-model.pt")));
  });
});

function ended({ child }: StartedCli): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
