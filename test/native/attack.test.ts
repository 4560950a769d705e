import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Engine } from "../../src/models/engine.js";
import type { AttackRequest } from "../../src/native/contract.js";
import { fixture } from "../helpers/fixtures.js";

/** An attack on two random-looking directions of a model with `dimensions` features. */
function request(dimensions: number, size: number): AttackRequest {
  return {
    components: 2,
    dimensions,
    column: 1,
    directions: Float32Array.from({ length: 2 * dimensions }, (_, i) => Math.cos(i + 1)),
    classMean: new Float32Array(dimensions),
    eigenIndices: [0, 1],
    classIndex: 1,
    seed: 0,
    eps: 5,
    steps: 6,
    height: size,
    width: size,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    batch: 2,
    temperature: 1,
  };
}

describe("Engine.attack", () => {
  it("stays in the ball and in [0, 1], and gives the same image for the same seed", async () => {
    await using engine = await Engine.load(fixture("eval/models/tiny-resnet.pt"), {
      device: "cpu",
    });
    const first = await engine.attack(request(96, 64));
    const second = await engine.attack(request(96, 64));
    assert.deepEqual(first.images, second.images);
    assert.ok(first.images.every((value) => value >= 0 && value <= 1));
    assert.ok(first.perturbations.every((value) => value <= 5.001));
    const other = await engine.attack({ ...request(96, 64), seed: 1 });
    assert.notDeepEqual(first.images, other.images);
  });

  it("refuses a model without gradients by name", async () => {
    await using engine = await Engine.load(fixture("attack/detached.pt"), { device: "cpu" });
    await assert.rejects(engine.attack(request(4, 16)), { code: "MODEL_NOT_DIFFERENTIABLE" });
  });

  it("stops within a step when it is cancelled", async () => {
    await using engine = await Engine.load(fixture("eval/models/tiny-resnet.pt"), {
      device: "cpu",
    });
    const controller = new AbortController();
    const running = engine.attack({ ...request(96, 64), steps: 100_000 }, controller.signal);
    setTimeout(() => controller.abort(), 300);
    await assert.rejects(running, { code: "CANCELLED" });
  });
});
