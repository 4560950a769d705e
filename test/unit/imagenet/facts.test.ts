import assert from "node:assert/strict";
import { test } from "node:test";

import {
  benchmarkFeatures,
  imageNetClasses,
  publishedScores,
  spuriousComponents,
} from "../../../src/imagenet/facts.js";

test("the classes are 1000, in order, with WordNet ids ascending as torchvision sorts them", () => {
  const classes = imageNetClasses();
  assert.deepEqual(
    classes.map(({ index }) => index),
    Array.from({ length: 1000 }, (_, i) => i),
  );
  const wnids = classes.map(({ wnid }) => wnid);
  assert.deepEqual(wnids, [...wnids].sort());
});

test("322 components of 233 classes were labelled spurious", () => {
  const components = Object.values(spuriousComponents());
  assert.equal(components.length, 233);
  assert.equal(components.flat().length, 322);
});

test("the 100 benchmark features are of 100 classes and use labelled components", () => {
  const features = benchmarkFeatures();
  assert.equal(new Set(features.map((feature) => feature.class)).size, 100);
  for (const feature of features) {
    const labelled = spuriousComponents()[String(feature.class)] ?? [];
    assert.ok(feature.eigen_indices.every((eigenIndex) => labelled.includes(eigenIndex)));
  }
});

test("77 results were published, one per model", () => {
  assert.equal(new Set(publishedScores().map(({ timm }) => timm)).size, 77);
  const robust = publishedScores().find(({ timm }) => timm === "robust_resnet");
  assert.deepEqual([robust?.accuracy, robust?.score, robust?.spufix_score], [57.4, 0.63, 0.763]);
});
