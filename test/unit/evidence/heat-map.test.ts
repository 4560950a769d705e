import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { heatMap, jet, overlay } from "../../../src/evidence/heat-map.js";

describe("jet", () => {
  it("goes from blue over green to red", () => {
    assert.deepEqual(jet(0), [0, 0, 128]);
    assert.deepEqual(jet(0.5), [128, 255, 128]);
    assert.deepEqual(jet(1), [128, 0, 0]);
  });
});

describe("heatMap", () => {
  it("clips values outside 0 to 1", () => {
    const { pixels } = heatMap(Float32Array.of(-1, 0, 1, 2), 4, 1);
    assert.deepEqual([...pixels.subarray(0, 3)], jet(0));
    assert.deepEqual([...pixels.subarray(0, 3)], [...pixels.subarray(3, 6)]);
    assert.deepEqual([...pixels.subarray(6, 9)], [...pixels.subarray(9, 12)]);
  });
});

describe("overlay", () => {
  it("mixes half and half and stretches the largest value to 255", () => {
    const image = { pixels: Uint8Array.of(100, 0, 20, 0, 0, 0), width: 2, height: 1 };
    const { pixels } = overlay(image, Float32Array.of(0, 1));
    // Sums (100, 0, 148) and (128, 0, 0); the largest is 148.
    assert.deepEqual([...pixels], [172, 0, 255, 220, 0, 0]);
  });

  it("stretches the colour of an empty map over a black picture, too", () => {
    const image = { pixels: new Uint8Array(3), width: 1, height: 1 };
    assert.equal(Math.max(...overlay(image, Float32Array.of(0)).pixels), 255);
  });
});
