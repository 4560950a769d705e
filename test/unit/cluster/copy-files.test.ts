import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { copyFiles } from "../../../src/cluster/copy-files.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";

test("copyFiles: a file that a part lacks is the part's fault, and named", async (t) => {
  const root = fileTree(t, { "part/000/a.txt": "abc", "out/b.txt": "b" });
  const [part, out] = [join(root, "part"), join(root, "out")];
  await assert.rejects(copyFiles(part, out, ["000/a.txt", "000/gone.txt"]), {
    code: "SHARDS_INCOMPLETE",
    message: /part\/000\/gone\.txt: expected a file of the part, got no such file/,
  });
  assert.deepEqual(namesIn(join(out, "000")), ["a.txt"]);
  // What cannot be written is another matter.
  await assert.rejects(copyFiles(part, join(out, "b.txt"), ["000/a.txt"]), {
    code: "OUTPUT_WRITE_FAILED",
  });
});
