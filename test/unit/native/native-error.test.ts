import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { native } from "../../../src/native/native-error.js";

/** What C++ rejects with: an error without frames. */
function rejection(fields: object): Promise<never> {
  const error = Object.assign(new Error("from C++"), fields);
  error.stack = "Error: from C++";
  return Promise.reject(error);
}

describe("native", () => {
  test("hands a value on", async () => {
    assert.equal(await native(Promise.resolve(7)), 7);
  });

  test("keeps code, message and input, and takes the stack of the call", async () => {
    const call = native(rejection({ code: "MODEL_DAMAGED", input: "m.pt" }));
    await assert.rejects(call, (error: Error & { code?: string; input?: string }) => {
      assert.deepEqual(
        [error.name, error.code, error.input, error.message],
        ["SpuriousError", "MODEL_DAMAGED", "m.pt", "from C++"],
      );
      assert.match(error.stack ?? "", /native-error\.test/);
      assert.equal((error.cause as Error).message, "from C++");
      return true;
    });
  });

  test("an unknown code is a bug of this program", async () => {
    await assert.rejects(native(rejection({ code: "E_WHATEVER" })), { code: "INTERNAL" });
    await assert.rejects(native(rejection({})), { code: "INTERNAL" });
  });

  test("what is no error is handed on as it is", async () => {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
    await assert.rejects(native(Promise.reject("text")), (thrown) => thrown === "text");
  });
});
