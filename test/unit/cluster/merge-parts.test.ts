import assert from "node:assert/strict";
import fs, { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";
import { test } from "node:test";

import { mergeParts } from "../../../src/cluster/merge-parts.js";
import { sealPart } from "../../../src/cluster/part.js";
import { fileTree } from "../../helpers/file-tree.js";
import { namesIn } from "../../helpers/result-files.js";

test("merging looks at every file of a part once to see whether it is unchanged", async (t) => {
  const root = fileTree(t, ["1/", "2/"]);
  for (const index of [1, 2]) {
    const folder = join(root, String(index));
    writeFileSync(join(folder, `${String(index)}.bin`), "content");
    await sealPart(folder, {
      command: "evidence",
      shard: { index, of: 2 },
      settings: { classes: [] },
      work: { done: 0, unit: "classes", seconds: 1 },
    });
  }
  const opened = t.mock.method(fs, "createReadStream");
  syncBuiltinESMExports();
  t.after(() => {
    opened.mock.restore();
    syncBuiltinESMExports();
  });
  const out = join(root, "out");
  const { command } = await mergeParts({ parts: [join(root, "2"), join(root, "1")], out });
  const names = opened.mock.calls.map(({ arguments: [path] }) => basename(String(path)));
  assert.equal(command, "evidence");
  assert.deepEqual(names, ["1.bin", "2.bin"].reverse());
  assert.deepEqual(namesIn(out), ["1.bin", "2.bin", "index.html"]);
});
