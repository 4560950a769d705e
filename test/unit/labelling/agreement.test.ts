import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";

import { labelAgreement } from "../../../src/labelling/agreement.js";
import type { Answer } from "../../../src/labelling/answers.js";
import { labelsText } from "../../../src/labelling/labels-file.js";
import { answerOf } from "../../helpers/cli.js";
import { fileTree } from "../../helpers/file-tree.js";
import { answerEntry, labelsHeader, labelsOf } from "../../helpers/labels-files.js";

const WORDS: readonly Answer[] = ["spurious", "not spurious", "inconsistent", "skip"];
const words = (digits: string): Answer[] => [...digits].map((digit) => WORDS[Number(digit)]!);

const FILES = {
  "anna.json": labelsOf("anna", words("2121122000020112020020102001111112222112")),
  "ben.json": labelsOf("ben", words("2121122002022012021120102021111102022112")),
  "carla.json": labelsOf("carla", words("2122222100022012002020112021010110102111")),
};

describe("agreement of annotators", () => {
  test("of two: Cohen's kappa as scikit-learn's, with an interval around it that a seed decides", async (t) => {
    const root = fileTree(t, FILES);
    const files = [join(root, "anna.json"), join(root, "ben.json")];
    const found = await labelAgreement({ files });
    assert.deepEqual(found.annotators, ["anna", "ben"]);
    assert.equal(found.components, 40);
    assert.equal(found.unanimous, 0.8);
    const { value, ci95 } = found.cohenKappa!;
    assert.ok(Math.abs(value! - 0.6981132075471699) < 1e-12);
    // The standard error of a kappa of 0.70 from 40 items is about 0.09.
    assert.ok(
      ci95![0] > 0.42 && ci95![0] < 0.62 && ci95![1] > 0.8 && ci95![1] < 0.95,
      String(ci95),
    );
    assert.equal(found.fleissKappa, null);
    assert.equal(found.disagreements.length, 8);
    assert.deepEqual(found, await labelAgreement({ files }));
    assert.notDeepEqual(ci95, (await labelAgreement({ files, seed: 1 })).cohenKappa!.ci95);
    assert.equal((await labelAgreement({ files, bootstrap: 0 })).cohenKappa!.ci95, null);
  });

  test("of three: Fleiss' kappa and every pair", async (t) => {
    const root = fileTree(t, FILES);
    const files = Object.keys(FILES).map((name) => join(root, name));
    const found = await labelAgreement({ files, bootstrap: 50 });
    assert.equal(found.cohenKappa, null);
    assert.ok(Math.abs(found.raw.value! - (0.8 + 0.625 + 0.625) / 3) < 1e-12);
    const kappas = found.pairs.map(({ cohenKappa }) => cohenKappa.value!.toFixed(6));
    assert.deepEqual(kappas, ["0.698113", "0.437148", "0.436090"]);
    assert.ok(found.fleissKappa!.value! > 0.43 && found.fleissKappa!.value! < 0.7);
  });

  test("skips and what one did not answer are no judgements", async (t) => {
    const root = fileTree(t, {
      "a.json": labelsOf("a", words("00130")),
      "b.json": labelsOf("b", words("0110")),
    });
    const found = await labelAgreement({ files: [join(root, "a.json"), join(root, "b.json")] });
    assert.equal(found.components, 3);
    const at = found.disagreements.map(({ component, judged }) => [
      component,
      ...judged.map(({ judgement }) => judgement),
    ]);
    assert.deepEqual(at, [[1, "spurious", "not spurious"]]);
  });

  test("labels of other models, other PCAs or one person twice are refused", async (t) => {
    const entry = (pca: string) => [answerEntry(1, "spurious", { pca })];
    const root = fileTree(t, {
      "a.json": labelsText(labelsHeader({ annotator: "a" }), entry("one")),
      "pca.json": labelsText(labelsHeader({ annotator: "b" }), entry("two")),
      "model.json": labelsText(labelsHeader({ annotator: "b", model: "bb" }), entry("one")),
      "again.json": labelsText(labelsHeader({ annotator: "a" }), entry("one")),
    });
    for (const [name, message] of [
      ["pca.json", /class 3 from PCA one/],
      ["model.json", /labels of model aaaa/],
      ["again.json", /every annotator once/],
    ] as const) {
      await assert.rejects(labelAgreement({ files: [join(root, "a.json"), join(root, name)] }), {
        code: "ARTEFACT_INVALID",
        message,
      });
    }
  });

  test("one file, and an adjudicator's, are a matter of usage", async (t) => {
    const root = fileTree(t, {
      "a.json": labelsOf("a", words("0")),
      "c.json": labelsText(labelsHeader({ annotator: "c", role: "adjudicator" }), []),
    });
    const a = join(root, "a.json");
    await assert.rejects(labelAgreement({ files: [a] }), { code: "USAGE_INVALID" });
    await assert.rejects(labelAgreement({ files: [a, join(root, "c.json")] }), {
      code: "USAGE_INVALID",
      message: /an adjudicator's/,
    });
  });

  test("the command prints kappa, its interval and the disagreements", async (t) => {
    const root = fileTree(t, FILES);
    const args = ["label", "agreement", join(root, "anna.json"), join(root, "ben.json")];
    const { status, stdout } = await answerOf(args);
    assert.equal(status, 0);
    assert.match(stdout, /^ {2}raw +0\.800 +95 % interval/m);
    assert.match(stdout, /^ {2}Cohen's kappa +0\.698 +95 % interval 0\.\d{3} – 0\.\d{3}$/m);
    assert.equal(stdout.match(/^ +3 {2}fish/gm)?.length, 8);
    const json = JSON.parse((await answerOf([...args, "--json"])).stdout) as { components: number };
    assert.equal(json.components, 40);
  });
});
