import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { describeLoadFailure } from "../../../src/native/load-error.js";

describe("describeLoadFailure", () => {
  for (const [message, hint] of [
    ["libtorch_cpu.so: cannot open shared object file: No such file or directory", /moved or gone/],
    ["libc10.so: cannot open shared object file: No such file", /moved or gone/],
    ["libcudart.so.13: cannot open shared object file", /CUDA library/],
    ["/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found", /newer system libraries/],
    ["/lib/libc.so.6: version `GLIBC_2.38' not found (required by x)", /newer system libraries/],
    ["x.node: undefined symbol: _ZN3c105ErrorC1E", /replaced by another version/],
    ["x.node: invalid ELF header", /another machine/],
    ["x.node: wrong ELF class: ELFCLASS32", /another machine/],
    ["something nobody has seen before", /doctor/],
  ] as const) {
    test(`"${message}" says what to do`, () => {
      const error = describeLoadFailure("/build/x.node", new Error(`${message}\nand more lines`));
      assert.equal(error.code, "ADDON_LOAD_FAILED");
      assert.equal(error.message, `loading the native addon: /build/x.node: ${message}`);
      assert.equal(error.input, "/build/x.node");
      assert.match(error.hint, hint);
      assert.match(error.hint, /npm run build:addon|nvidia packages/);
    });
  }

  test("takes what is thrown, even if it is no error", () => {
    assert.match(describeLoadFailure("f", "a text").message, /a text$/);
  });
});
