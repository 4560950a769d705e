import assert from "node:assert/strict";
import { describe, test } from "node:test";

import * as api from "../../../src/index.js";

/** The function that does what a command does. */
const FUNCTION_OF = {
  eval: "evaluate",
  "eval of several models": "evaluateMany",
  score: "scoreImages",
  inspect: "inspectModel",
  pixels: "pixels",
  doctor: "diagnose",
  "fetch-libtorch": "fetchLibtorch",
  bench: "bench",
  "pca fit": "fitPca",
  "pca fit --features": "fitPcaOfFeatures",
  "pca show": "spectrumOf",
  "pca show --plot": "spectrumPng",
  demo: "tour",
  "pca alpha": "alphaOfImages",
  "pca rank": "rankImages",
  "pca import": "importActSpace",
  evidence: "makeEvidence",
  mine: "minePool",
  "mine merge": "mergeMines",
  "mine review": "serveReview",
  "mine export": "exportBenchmark",
  "label serve": "serveLabels",
  "label agreement": "labelAgreement",
  "label adjudicate": "serveAdjudication",
  "label export": "exportLabels",
  compare: "compareResults",
  "compare --out": "writeComparison",
  leaderboard: "leaderboardRows",
  "leaderboard --out": "writeLeaderboard",
  report: "writeReport",
  "report --format": "resultTable",
  "spufix fit": "fitSpuFix",
  "spufix eval": "evaluateFix",
  "spufix export": "exportFix",
  "models list": "listModels",
  "models import": "importModel",
} as const;

describe("the public API", () => {
  for (const [command, name] of Object.entries(FUNCTION_OF)) {
    test(`${name} does what \`${command}\` does`, () => {
      assert.equal(typeof api[name], "function");
    });
  }

  test("has the pieces below, the errors and the version", () => {
    for (const name of ["averagePrecision", "auroc", "groupByClass", "preprocessImage"] as const) {
      assert.equal(typeof api[name], "function");
    }
    assert.equal(typeof api.Engine.load, "function");
    assert.equal(typeof api.Classifier.open, "function");
    assert.ok(new api.SpuriousError("INTERNAL", "x") instanceof Error);
    assert.match(api.VERSION, /^\d+\.\d+\.\d+/);
  });
});
