import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { devicesOf, listedDevices } from "../../../src/cluster/devices.js";

describe("devices of workers", () => {
  test("listed ones are given in turn, and ask for as many workers", () => {
    assert.deepEqual(devicesOf("cuda:0,2", 3, 4), ["cuda:0", "cuda:2", "cuda:0"]);
    assert.equal(listedDevices("cuda:0,2"), 2);
  });

  test("cuda and auto take all that there are; without any, and with one named, all have the same", () => {
    assert.deepEqual(devicesOf("cuda", 3, 2), ["cuda:0", "cuda:1", "cuda:0"]);
    assert.deepEqual(devicesOf("auto", 2, 2), ["cuda:0", "cuda:1"]);
    assert.deepEqual(devicesOf("auto", 2, 0), ["auto", "auto"]);
    assert.deepEqual(devicesOf("cuda:1", 2, 2), ["cuda:1", "cuda:1"]);
    assert.deepEqual(devicesOf("cpu", 2, 2), ["cpu", "cpu"]);
    assert.deepEqual([listedDevices("cuda:1"), listedDevices("cpu")], [undefined, undefined]);
  });
});
