import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { FitClassPcaRequest } from "../../src/native/contract.js";
import { addon } from "../../src/native/load.js";
import { Random } from "../helpers/random.js";

function randomRequest(images: number, dimensions: number): FitClassPcaRequest {
  const random = new Random(images * 1000 + dimensions);
  const numbers = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.next());
  return {
    features: numbers(images * dimensions),
    images,
    dimensions,
    weight: numbers(dimensions),
    components: 7,
  };
}

/** psi less its mean: [images][dimensions]. */
function centred({ features, images, dimensions, weight }: FitClassPcaRequest): number[][] {
  const psi = Array.from({ length: images }, (_, i) =>
    Array.from(weight, (w, j) => Math.fround((features[i * dimensions + j] ?? NaN) * w)),
  );
  const mean = Array.from(weight, (_, j) => sum(psi.map((row) => row[j] ?? NaN)) / images);
  return psi.map((row) => row.map((value, j) => value - (mean[j] ?? NaN)));
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

describe("fitClassPca", () => {
  for (const [images, dimensions, route] of [
    [20, 60, "gram"],
    [60, 20, "covariance"],
  ] as const) {
    test(`gives alphas and eigenvalues by their definition (${route})`, async () => {
      const request = randomRequest(images, dimensions);
      const pca = await addon().fitClassPca(request);
      assert.equal(pca.route, route);
      assert.equal(pca.solver, "tridiagonal");
      assert.equal(pca.rank, Math.min(images - 1, dimensions));
      assert.equal(pca.count, 7);
      assert.equal(pca.mean.length, dimensions);
      const x = centred(request);
      for (let l = 0; l < pca.count; l++) {
        const v = pca.components.subarray(l * dimensions, (l + 1) * dimensions);
        const projections = x.map((row) => sum(row.map((value, j) => value * (v[j] ?? NaN))));
        const variance = sum(projections.map((value) => value ** 2)) / (images - 1);
        const eigenvalue = pca.eigenvalues[l] ?? NaN;
        assert.ok(Math.abs(variance - eigenvalue) < 1e-6 * (pca.eigenvalues[0] ?? NaN));
        for (const [i, projection] of projections.entries()) {
          const alpha = pca.alphas[i * pca.count + l] ?? NaN;
          assert.ok(Math.abs(alpha - sum(v) * projection) < 1e-5);
        }
      }
      const total = sum(x.flat().map((value) => value ** 2)) / (images - 1);
      assert.ok(Math.abs(pca.totalVariance - total) < 1e-9 * total);
    });
  }

  test("never returns a component at or past the rank", async () => {
    const pca = await addon().fitClassPca({ ...randomRequest(5, 30), components: 128 });
    assert.equal(pca.rank, 4);
    assert.equal(pca.count, 4);
    assert.equal(pca.components.length, 4 * 30);
    assert.equal(pca.alphas.length, 5 * 4);
  });

  test("answers many classes at once, each with its own result", async () => {
    const requests = [3, 9, 4, 30, 12].map((images) => randomRequest(images, 25));
    const alone = [];
    for (const request of requests) alone.push(await addon().fitClassPca(request));
    const together = await Promise.all(requests.map((request) => addon().fitClassPca(request)));
    for (const [i, pca] of together.entries()) {
      assert.deepEqual({ ...pca, seconds: 0 }, { ...alone[i], seconds: 0 });
    }
  });

  test("uses the solver asked for", async () => {
    const request = randomRequest(30, 40);
    const own = await addon().fitClassPca({ ...request, solver: "tridiagonal", threads: 2 });
    const lapack = await addon().fitClassPca({ ...request, solver: "lapack" });
    assert.equal(lapack.solver, "lapack-syevd");
    for (const [i, value] of own.components.entries()) {
      assert.ok(Math.abs(value - (lapack.components[i] ?? NaN)) < 1e-5);
    }
  });

  test("rejects features without components with a code and the reason", async () => {
    const request = randomRequest(4, 6);
    const equal = { ...request, features: new Float32Array(24).fill(0.25) };
    const bad = Float32Array.from(request.features);
    bad[13] = Number.NaN;
    for (const [given, reason] of [
      [{ ...request, images: 1, features: request.features.slice(0, 6) }, /at least 2 images/],
      [{ ...request, images: 0, features: new Float32Array(0) }, /at least 2 images/],
      [equal, /the same for all 4 images/],
      [{ ...request, features: bad }, /image 2, feature 1/],
    ] as const) {
      await assert.rejects(addon().fitClassPca(given), (error: Error & { code?: string }) => {
        assert.equal(error.code, "PCA_INPUT_INVALID");
        assert.match(error.message, reason);
        return true;
      });
    }
  });

  test("rejects a device that is not there", async () => {
    const request = { ...randomRequest(4, 6), solver: "cusolver", device: "cuda:63" } as const;
    await assert.rejects(addon().fitClassPca(request), { code: "DEVICE_UNAVAILABLE" });
  });

  test("throws on requests that do not fit together", () => {
    const request = randomRequest(4, 6);
    for (const wrong of [
      { images: 5 },
      { dimensions: 7 },
      { components: 0 },
      { images: -1 },
      { weight: new Float32Array(5) },
    ]) {
      assert.throws(() => addon().fitClassPca({ ...request, ...wrong }), TypeError);
    }
  });
});

describe("pcaSolvers", () => {
  test("lists every solver; those of the CPU are always available", () => {
    const solvers = addon().pcaSolvers();
    assert.deepEqual(
      solvers.map(({ name }) => name),
      ["tridiagonal", "lapack", "cusolver"],
    );
    for (const { device, available, detail } of solvers) {
      if (device === "cpu") assert.ok(available);
      assert.notEqual(detail, "");
    }
  });
});
