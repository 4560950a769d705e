import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import type { PixelsRow } from "../../src/images/pixels.js";
import { answerOf, runCli } from "../helpers/cli.js";
import { fileTree } from "../helpers/file-tree.js";
import { fixture } from "../helpers/fixtures.js";
import { optionsOf, REFERENCE_SETS } from "../helpers/preprocess-reference.js";

const [set] = REFERENCE_SETS;
assert.ok(set);
/** One picture of each kind of decoder. */
const FILES = [
  "jpeg-420.jpg",
  "jpeg-cmyk.jpg",
  "png-grey16.png",
  "gif.gif",
  "bmp.bmp",
  "webp-lossy.webp",
];

describe("pixels", () => {
  for (const transform of ["test", "no_crop"] as const) {
    for (const interpolation of ["bicubic", "bilinear"] as const) {
      for (const size of [160, 384]) {
        test(`--json: hashes of the original for ${transform}, ${interpolation}, ${size}`, async () => {
          const { preprocessing, split } = optionsOf({ transform, interpolation, size });
          const paths = FILES.map((file) => fixture(`${set.folder}/${file}`));
          const flags = [
            "--preset",
            preprocessing.preset,
            "--split",
            split,
            "--size",
            String(size),
          ];
          const { status, stdout, stderr } = await answerOf([
            "pixels",
            ...paths,
            ...flags,
            "--json",
          ]);
          assert.deepEqual([status, stderr], [0, ""]);
          const expected = FILES.map((file, i) => {
            const entry = set.expected.find(
              (one) =>
                one.file === file &&
                one.transform === transform &&
                one.interpolation === interpolation &&
                one.size === size,
            );
            assert.ok(entry);
            const [height, width] = entry.shape;
            return { path: paths[i], width, height, sha256: entry.sha256 };
          });
          assert.deepEqual(JSON.parse(stdout) as PixelsRow[], expected);
        });
      }
    }
  }

  test("as a process: a table with size, hash and file; --to writes PNG files", async (t) => {
    const cwd = fileTree(t, []);
    const path = fixture("preprocess/images/jpeg-420.jpg");
    const { status, stdout } = await runCli(["pixels", path, "--size", "32", "--to", "png"], {
      cwd,
    });
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^ +size {2}SHA-256 of the RGB bytes +file\n[─ ]+\n32 x 32 {2}[0-9a-f]{64} {2}\//,
    );
    assert.deepEqual(readdirSync(join(cwd, "png")), ["jpeg-420.png"]);
  });

  test("--preset model takes crop fraction and filter from flags", async () => {
    const path = fixture("preprocess/images/jpeg-420.jpg");
    const flags = ["--preset", "model", "--size", "64", "--crop-fraction", "0.5"];
    const { stdout } = await answerOf(["pixels", path, ...flags, "--json"]);
    const [row] = JSON.parse(stdout) as PixelsRow[];
    assert.deepEqual([row?.width, row?.height], [64, 64]);
  });
});
