import assert from "node:assert/strict";
import { test } from "node:test";

import {
  counted,
  fileName,
  percent,
  probability,
  range,
  score,
  signed,
  signedRange,
} from "../../../src/report/format.js";

test("scores have three decimals, intervals an en dash, unknown ones a dash", () => {
  assert.equal(score(0.61449), "0.614");
  assert.equal(range([0.5914, 0.6371]), "0.591 – 0.637");
  assert.equal(range(null), "–");
});

test("differences carry their sign", () => {
  assert.equal(signed(0.1331), "+0.133");
  assert.equal(signedRange([-0.02, 0.133]), "−0.020 – +0.133");
});

test("probabilities too small for three decimals are written with their magnitude", () => {
  assert.deepEqual([0, 0.5, 0.0005, 0.00049, 2.4e-9, 1].map(probability), [
    "0.000",
    "0.500",
    "0.001",
    "5e-4",
    "2e-9",
    "1.000",
  ]);
});

test("a share that is not known is a dash, not 0 %", () => {
  assert.equal(percent(null), "–");
  assert.equal(percent(0.827), "83 %");
});

test("one image is singular, twelve thousand have a comma", () => {
  assert.equal(counted(1, "image"), "1 image");
  assert.equal(counted(12_500, "image"), "12,500 images");
  assert.equal(counted(0, "class", "classes"), "0 classes");
});

test("a file's name is its last part, with either kind of separator", () => {
  assert.equal(fileName("a/b.jpg"), "b.jpg");
  assert.equal(fileName("C:\\a\\b.jpg"), "b.jpg");
  assert.equal(fileName("b.jpg"), "b.jpg");
});
