import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { cFixed } from "../../../src/results/number-text.js";
import { Random } from "../../helpers/random.js";

/** printf("%.*f"), with the exact value of the double and halves to the even digit. */
function exactFixed(value: number, decimals: number): string {
  const bits = new BigUint64Array(Float64Array.of(Math.abs(value)).buffer)[0] ?? 0n;
  const exponent = Number(bits >> 52n);
  const mantissa = (bits & 0xfffffffffffffn) | (exponent === 0 ? 0n : 1n << 52n);
  const shift = BigInt(1075 - Math.max(exponent, 1)); // value = mantissa / 2^shift
  const scaled = mantissa * 10n ** BigInt(decimals);
  const [one, half] = [1n << shift, 1n << (shift - 1n)];
  const rest = scaled % one;
  const below = scaled / one;
  const up = rest > half || (rest === half && below % 2n === 1n);
  const digits = String(up ? below + 1n : below).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const text = decimals === 0 ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
  return value < 0 ? `-${text}` : text;
}

describe("cFixed", () => {
  for (const [value, decimals, text] of [
    [1 / 32, 4, "0.0312"],
    [3 / 32, 4, "0.0938"],
    [0.125, 2, "0.12"],
    [0.375, 2, "0.38"],
    [0.5, 0, "0"],
    [1.5, 0, "2"],
    [2.5, 0, "2"],
    [0.0625, 3, "0.062"],
    [0.9375, 3, "0.938"],
    [1, 3, "1.000"],
    [0, 4, "0.0000"],
    [0.99996, 4, "1.0000"],
    [1e-9, 4, "0.0000"],
    [0.30000000000000004, 3, "0.300"],
    // Written like ties, but the doubles lie just above and just below.
    [0.0035, 3, "0.004"],
    [1.005, 2, "1.00"],
    [-0.125, 2, "-0.12"],
    [12345.0625, 3, "12345.062"],
  ] as const) {
    test(`${value} with ${decimals} decimals is ${text}, as in C`, () => {
      assert.equal(cFixed(value, decimals), text);
    });
  }

  test("NaN is nan", () => {
    assert.equal(cFixed(NaN, 4), "nan");
  });

  test("equals exact arithmetic on random numbers and on every kind of tie", () => {
    const random = new Random(51);
    for (let i = 0; i < 4000; i++) {
      const decimals = random.integer(0, 6);
      const tie = (2 * random.integer(0, 5000) + 1) / 2 ** random.integer(1, 14);
      const value = random.pick([random.next(), tie, random.next() * 1000, Math.fround(tie / 7)]);
      assert.equal(cFixed(value, decimals), exactFixed(value, decimals), String(value));
    }
  });
});
