import assert from "node:assert/strict";
import { existsSync, readFileSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";

import { demoModel } from "../../src/demo/demo.js";
import type { RankResult } from "../../src/pca/rank.js";
import { tarOf, tarOfTars, webDatasetOf } from "../helpers/archives.js";
import { answerOf } from "../helpers/cli.js";
import { fileServer } from "../helpers/file-server.js";
import { fileTree } from "../helpers/file-tree.js";
import { smallBenchmark } from "../helpers/small-benchmark.js";
import { paintTrainFolder } from "../helpers/train-folder.js";

/** Of an evaluation, whatever its data came from. */
const SAME = ["images.csv", "classes.csv", "spurious_score.txt", "images.parquet"];

async function done(args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await answerOf([...args, "--quiet"]);
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("eval", () => {
  test("gives the same files from folders, tar files, shards and a server that drops connections", async (t) => {
    const { root, data, val, evalArgs } = smallBenchmark(t, { val: 2, spurious: 2 });
    const run = async (name: string, spurious: string, validation: string): Promise<string> => {
      const out = join(root, name);
      const places = new Map([
        [data, spurious],
        [val, validation],
      ]);
      await done([...evalArgs.map((flag) => places.get(flag) ?? flag), "--out", out]);
      return out;
    };
    const expected = await run("of-folders", data, val);
    const made = {
      tar: [tarOf(data, join(root, "d.tar")), tarOf(val, join(root, "v.tar"))],
      top: [tarOf(data, join(root, "dt.tar"), "set/"), tarOf(val, join(root, "vt.tar"), "set/")],
      tars: [tarOfTars(data, join(root, "dd.tar")), tarOfTars(val, join(root, "vv.tar"))],
      shards: [webDatasetOf(data, join(root, "ds")), webDatasetOf(val, join(root, "vs"))],
    };
    const { url, requests } = await fileServer(t, root, {
      dropAfter: 60_000,
      status: { every: 61, code: 503 },
    });
    for (const [name, [spurious = "", validation = ""]] of Object.entries(made)) {
      const results = [await run(name, spurious, validation)];
      if (name === "tars" || name === "shards") {
        const remote = [spurious, validation].map((path) => `${url}/${basename(path)}`);
        results.push(await run(`${name}-http`, remote[0] ?? "", remote[1] ?? ""));
      }
      for (const out of results) {
        for (const file of SAME) {
          const [left, right] = [out, expected].map((folder) => readFileSync(join(folder, file)));
          assert.ok(right && left?.equals(right), `${file} of ${basename(out)}`);
        }
        const report = JSON.parse(await done(["report", out, "--force", "--json"])) as object;
        assert.equal((report as { gone?: number }).gone, 0);
      }
    }
    assert.ok(requests.length > 60);
  });

  test("does not score what is left of a tar file that was cut", async (t) => {
    const { root, data, val, evalArgs } = smallBenchmark(t);
    const cut = tarOf(data, join(root, "d.tar"));
    truncateSync(cut, 200_000);
    const out = join(root, "out");
    const flags = evalArgs.map((flag) => (flag === data ? cut : flag));
    assert.ok(flags.includes(val));
    const { status, stderr } = await answerOf([...flags, "--out", out]);
    assert.equal(status, 4);
    assert.match(stderr, /^error\[ARCHIVE_DAMAGED\]: reading a tar file: .*d\.tar: expected/m);
    assert.ok(!existsSync(join(out, "result.json")));
  });
});

describe("pca fit, rank and evidence", () => {
  test("give the same from a tar file of tar files, at a URL too, as from folders", async (t) => {
    const root = fileTree(t, []);
    const train = join(root, "train");
    await paintTrainFolder(train, [0, 1], { images: 12, size: 64 });
    const tar = tarOfTars(train, join(root, "train.tar"));
    const { url } = await fileServer(t, root);
    const places = { folder: train, tar, http: `${url}/train.tar` };
    const files = new Map<string, Buffer[]>();
    const ranks = new Map<string, RankResult>();
    for (const [name, place] of Object.entries(places)) {
      const pca = join(root, `pca-${name}`);
      const flags = ["--classes", "0,1", "--components", "4", "--device", "cpu", "--out", pca];
      await done(["pca", "fit", demoModel(), "--train", place, ...flags]);
      const names = ["000.safetensors", "001.safetensors", "000.images.json", "001.images.json"];
      const evidence = join(root, `evidence-${name}`);
      const few = ["--components", "1", "--pool-size", "1", "--steps", "1", "--device", "cpu"];
      await done(["evidence", pca, "--class", "0", ...few, "--out", evidence]);
      const made = names.map((one) => readFileSync(join(pca, one)));
      const sheet = /"sheet": "([^"]+)"/.exec(
        readFileSync(join(evidence, "000/evidence.json"), "utf8"),
      );
      files.set(name, [...made, readFileSync(join(evidence, "000", sheet?.[1] ?? ""))]);
      const pool = ["--class", "0", "--component", "0", "--pool", place, "--json"];
      ranks.set(name, JSON.parse(await done(["pca", "rank", pca, ...pool])) as RankResult);
    }
    for (const name of ["tar", "http"]) {
      assert.deepEqual(files.get(name), files.get("folder"), name);
      assert.deepEqual(ranks.get(name), ranks.get("folder"), name);
    }
    assert.equal(ranks.get("folder")?.images, 24);
  });
});
