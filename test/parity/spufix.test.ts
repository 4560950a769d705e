import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSafetensors, requireTensor } from "../../src/artefacts/safetensors.js";
import { centreFeatures, directionOf } from "../../src/mitigation/direction.js";
import {
  type ClassDirections,
  fixBetas,
  type FoldedFix,
  foldFix,
  lowerLogits,
} from "../../src/mitigation/fold.js";
import { fixture } from "../helpers/fixtures.js";
import { largestDifference } from "../helpers/numbers.js";

const COMPONENTS = new Map([
  [94, [0]],
  [206, [0, 2]],
  [417, [0, 1, 3]],
  [879, [1]],
]);
const CASES = [
  "tiny-resnet-from-tiny-resnet",
  "tiny-resnet-from-tiny-convnext",
  "tiny-vit-from-tiny-convnext",
];

async function reference(name: string) {
  const path = fixture(`spufix/${name}.safetensors`);
  const file = await readSafetensors(path);
  const matrix = (tensor: string) => requireTensor(file, path, tensor, "F32", 2);
  const vector = (tensor: string) => requireTensor(file, path, tensor, "F32", 1).data;
  const weight = matrix("weight");
  const d = weight.shape[1] as number;
  return { matrix, vector, d, weightOf: (k: number) => weight.data.slice(k * d, (k + 1) * d) };
}

type Reference = Awaited<ReturnType<typeof reference>>;

function fit({ matrix, d, weightOf }: Reference): ClassDirections[] {
  return [...COMPONENTS].map(([index, eigenIndices]) => {
    const features = matrix(`train_features_${String(index)}`).data;
    const alphas = matrix(`alphas_${String(index)}`);
    const [n = 0, count = 0] = alphas.shape;
    const centred = centreFeatures(features, weightOf(index));
    const directions = new Float32Array(count * d);
    for (let l = 0; l < count; l++) {
      const column = Float64Array.from({ length: n }, (_, i) => alphas.data[i * count + l]!);
      const direction = directionOf(centred, column);
      assert.ok(direction !== null);
      directions.set(direction.unit, l * d);
    }
    return { index, directions, eigenIndices, mean: Float32Array.from(centred.mean) };
  });
}

function applyFix(fix: FoldedFix, logits: Float32Array, features: Float32Array): void {
  lowerLogits(fix, logits, fixBetas(fix, features), 1, 1);
}

for (const name of CASES) {
  describe(`SpuFix of ${name} against the original`, () => {
    it("finds the directions", async () => {
      const given = await reference(name);
      for (const { index, directions } of fit(given)) {
        const expected = given.matrix(`directions_${String(index)}`).data;
        assert.ok(largestDifference(directions, expected) < 1e-5, `class ${String(index)}`);
      }
    });

    it("gives the mended logits, of a batch and of each image alone", async () => {
      const given = await reference(name);
      const folded = foldFix(fit(given), given.weightOf, (index) => index);
      const features = given.matrix("test_features").data;
      const logits = given.matrix("logits_plain").data.slice();
      for (let i = 0; i < 16; i++) {
        applyFix(
          folded,
          logits.subarray(i * 1000, (i + 1) * 1000),
          features.subarray(i * given.d, (i + 1) * given.d),
        );
      }
      assert.ok(largestDifference(logits, given.matrix("logits_fixed").data) < 1e-4);
    });
  });
}

describe("SpuFix of the discovery model itself", () => {
  it("has the components as directions, up to sign", async () => {
    const given = await reference("tiny-resnet-from-tiny-resnet");
    for (const { index, directions } of fit(given)) {
      const components = given.matrix(`components_${String(index)}`).data;
      for (let l = 0; l * given.d < directions.length; l++) {
        const u = directions.subarray(l * given.d, (l + 1) * given.d);
        const v = components.slice(l * given.d, (l + 1) * given.d);
        const sign = Math.sign(v.reduce((sum, value) => sum + value, 0));
        const signed = v.map((value) => value * sign);
        assert.ok(largestDifference(u, signed) < 1e-5, `class ${String(index)}, ${String(l)}`);
      }
    }
  });
});

describe("directions that coincide, where the original fails", () => {
  for (const kind of ["identical", "negated", "nearly_1e_5", "nearly_1e_3"]) {
    it(`${kind}: the logit falls as it does for one of them alone`, async () => {
      const given = await reference("tiny-resnet-from-tiny-convnext");
      const path = fixture("spufix/collinear_directions_class206.safetensors");
      const file = await readSafetensors(path);
      const both = requireTensor(file, path, `collinear_${kind}`, "F32", 2).data;
      const mean = given.vector("mean_206");
      const one = (directions: Float32Array, count: number): number[] => {
        const folded = foldFix(
          [
            {
              index: 206,
              directions,
              eigenIndices: Array.from({ length: count }, (_, i) => i),
              mean,
            },
          ],
          given.weightOf,
          (index) => index,
        );
        return Array.from({ length: 16 }, (_, i) => {
          const logits = new Float32Array(1000);
          applyFix(
            folded,
            logits,
            given.matrix("test_features").data.slice(i * given.d, (i + 1) * given.d),
          );
          return logits[206] as number;
        });
      };
      const alone = one(both.slice(0, given.d), 1);
      const together = one(both, 2);
      // Half each and added up again; 1e-3 apart they share their mean direction.
      for (const [i, value] of together.entries()) {
        assert.ok(Math.abs(value - alone[i]!) < 0.02, `${String(value)} and ${String(alone[i])}`);
        assert.ok(value > -10);
      }
    });
  }
});
