import assert from "node:assert/strict";
import { it } from "node:test";
import { symmetricEigen } from "../../../src/mitigation/symmetric-eigen.js";
import { assertClose } from "../../helpers/numbers.js";
import { Random } from "../../helpers/random.js";

it("reconstructs random symmetric matrices, repeated eigenvalues and zeros included", () => {
  const random = new Random(1);
  for (let n = 1; n <= 9; n++) {
    const basis = Float64Array.from({ length: n * n }, () => random.next() - 0.5);
    const spectrum = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : 1 + (i % 2)));
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) {
          matrix[i * n + j]! += basis[k * n + i]! * spectrum[k]! * basis[k * n + j]!;
        }
      }
    }
    const { values, vectors } = symmetricEigen(matrix, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        let product = 0;
        for (let k = 0; k < n; k++) {
          sum += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!;
          product += vectors[k * n + i]! * vectors[k * n + j]!;
        }
        assertClose(sum, matrix[i * n + j]!, 1e-13);
        assertClose(product, i === j ? 1 : 0, 1e-13);
      }
    }
  }
});

it("knows the matrix of ones: one eigenvalue n, the others zero", () => {
  const { values } = symmetricEigen(new Float64Array(16).fill(1), 4);
  const sorted = [...values].sort((a, b) => b - a);
  assertClose(sorted[0]!, 4, 1e-14);
  assert.ok(sorted.slice(1).every((value) => Math.abs(value) < 1e-14));
});
