import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { refuseMerged } from "../../../src/commands/merged-lines.js";
import type { EvalResult } from "../../../src/results/eval-result.js";
import { minedResult } from "../../helpers/mined-folder.js";

/** With so many images that could not be read. */
function evaluation(count: number) {
  const skipped = Array.from({ length: count }, (_, i) => ({ path: `${i}.jpg`, class: 0 }));
  const result = { counts: { skipped, unscoredClasses: [] } } as unknown as EvalResult;
  return { command: "eval", result, maxSkipped: 2 } as const;
}

describe("refuseMerged", () => {
  test("an evaluation: more unreadable images than its parts or the caller allow", () => {
    refuseMerged(evaluation(2));
    refuseMerged(evaluation(3), 3);
    for (const [count, allowed, said] of [
      [3, undefined, /at most 2 unreadable, got 3$/],
      [1, 0, /at most 0 unreadable, got 1$/],
    ] as const) {
      assert.throws(() => refuseMerged(evaluation(count), allowed), {
        code: "IMAGES_SKIPPED",
        message: said,
      });
    }
  });

  test("a list of a pool of which a tar file is damaged, as `mine` and `mine merge` do", () => {
    const result = minedResult({ components: { 1: 2 } });
    refuseMerged({ command: "mine", result });
    const damaged = [{ path: "a.tar", message: "expected a header at byte 512, got none" }];
    assert.throws(() => refuseMerged({ command: "mine", result: { ...result, damaged } }), {
      code: "ARCHIVE_DAMAGED",
      input: "a.tar",
    });
  });
});
