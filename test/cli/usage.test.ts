import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { answerOf } from "../helpers/cli.js";
import { modelFile } from "../helpers/model-fixtures.js";

const MODEL = modelFile("traced-conv.pt");

/** Command lines that cannot be used, and what the message says. */
const UNUSABLE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["an unknown command", ["frobnicate"], /no command named "frobnicate"/],
  ["a group of commands", ["pca"], /pca: expected one of pca fit, pca show, .*, got "pca"$/],
  ["no command of a group", ["spufix", "fix"], /one of spufix fit, .*, got "spufix fix"$/],
  ["an unknown flag", ["eval", MODEL, "--frobnicate"], /eval: .*--frobnicate/],
  ["a flag of another command", ["inspect", MODEL, "--bootstrap", "5"], /--bootstrap/],
  ["a flag without its value", ["eval", MODEL, "--size"], /--size/],
  ["no model", ["eval", "--data", "x"], /MODEL: expected the path of a TorchScript file/],
  ["two tables", ["score", "one.csv", "two.csv"], /score: Extraneous .*"two\.csv"/],
  ["two files to look at", ["inspect", MODEL, MODEL], /inspect: /],
  ["no pictures", ["pixels"], /pixels: /],
  ["no table", ["score"], /score: /],
  ["words for a number", ["eval", MODEL, "--size", "big"], /--size: .*got "big"/],
  [
    "a batch of 0",
    ["eval", MODEL, "--batch", "0"],
    /--batch: expected a whole number of at least 1/,
  ],
  ["a fraction of a thread", ["eval", MODEL, "--threads", "1.5"], /--threads: .*got "1\.5"/],
  ["a negative seed", ["eval", MODEL, "--seed=-1"], /--seed: .*got "-1"/],
  ["a seed beyond integers", ["eval", MODEL, "--seed", "1e300"], /--seed: /],
  ["an empty number", ["eval", MODEL, "--bootstrap", ""], /--bootstrap: .*got ""/],
  ["an unknown precision", ["eval", MODEL, "--dtype", "int8"], /--dtype: expected one of fp32/],
  ["an unknown preset", ["eval", MODEL, "--preset", "v3"], /--preset: expected one of paper-v2/],
  ["an unknown filter", ["eval", MODEL, "--interpolation", "area"], /--interpolation: /],
  [
    "a crop beyond the picture",
    ["pixels", "a.jpg", "--preset", "model", "--crop-fraction", "1.5"],
    /at most 1/,
  ],
  ["no crop at all", ["eval", MODEL, "--crop-fraction", "0"], /--crop-fraction: .*above 0/],
  ["an unknown softmax", ["eval", MODEL, "--softmax", "some"], /--softmax: /],
  ["two channels", ["eval", MODEL, "--mean", "1,2", "--std", "1,2"], /--mean: expected three/],
  ["an empty channel", ["eval", MODEL, "--mean", "1,,2"], /--mean: expected three/],
  ["a temperature of 0", ["eval", MODEL, "--temperature", "0"], /--temperature: .*above 0/],
  ["an endless temperature", ["eval", MODEL, "--temperature", "Infinity"], /--temperature: /],
  ["an unknown progress", ["eval", MODEL, "--progress", "dots"], /--progress|progressMode/i],
  ["a split that is none", ["pixels", "a.jpg", "--split", "train"], /--split: expected one of val/],
  ["no data", ["eval", MODEL, "--size", "32", "--normalize", "none"], /--data|spurious pictures/],
];

describe("command lines that cannot be used", () => {
  for (const [what, args, message] of UNUSABLE) {
    test(`${what}: status 2, nothing on stdout, error and hint on stderr`, async () => {
      const { status, stdout, stderr } = await answerOf(args);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      const [error = "", hint = "", ...rest] = stderr.trimEnd().split("\n");
      assert.match(error, /^error\[(USAGE_INVALID|DATA_NOT_GIVEN)\]: /);
      assert.match(error, message);
      assert.match(hint, /^hint: \S/);
      assert.deepEqual(rest, []);
    });

    test(`${what}, with --json: the same as one document on stdout`, async () => {
      const { status, stdout, stderr } = await answerOf([...args, "--json"]);
      assert.equal(status, 2);
      const { error } = JSON.parse(stdout) as { error: Record<string, unknown> };
      assert.deepEqual(Object.keys(error), ["code", "message", "hint", "input"]);
      assert.match(String(error["message"]), message);
      assert.ok(stderr.startsWith(`error[${String(error["code"])}]: ${String(error["message"])}`));
    });
  }

  test("hints name the command whose help says more", async () => {
    const { stderr } = await answerOf(["pixels", "a.jpg", "--frobnicate"]);
    assert.match(stderr, /^hint: see `spurious-native pixels --help`$/m);
    assert.match((await answerOf(["frobnicate"])).stderr, /`spurious-native --help`/);
    assert.match((await answerOf(["pca"])).stderr, /`spurious-native pca --help`/);
  });
});
