// Compiles and links the CUDA sources against a CUDA build of torch; no GPU is needed.
//
//   npm run check:cuda
//
// The torch is SPURIOUS_NATIVE_CUDA_LIBTORCH, else the one the addon is built with when that is a
// CUDA build. Without any, the check says so and is skipped.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { buildWithCmake } from "./cmake.mjs";
import { locateLibtorch } from "./libtorch.mjs";
import { inPackage } from "./paths.mjs";
import { runMain, say, SetupError } from "./report.mjs";
import { listFiles } from "./stamp.mjs";

const BUILD = inPackage("build", "cuda");

/** @returns {Promise<{ skipped: string } | { files: number }>} */
export async function checkCuda() {
  const files = listFiles(inPackage("native"), (path) => /\/cuda_[^/]*\.cpp$/.test(path)).length;
  if (files === 0)
    throw new SetupError("SETUP_FAILED", "no CUDA sources (cuda_*.cpp) below native/");
  const libtorch = await cudaLibtorch();
  if (libtorch === null) {
    return { skipped: "no CUDA build of torch; name one with SPURIOUS_NATIVE_CUDA_LIBTORCH" };
  }
  say(`building the core with its CUDA sources against ${libtorch} (log: build/cuda.log)`);
  const definitions = ["SPURIOUS_NATIVE_CUDA=ON", "SPURIOUS_NATIVE_TESTS=ON"];
  await buildWithCmake("the core with its CUDA sources", BUILD, libtorch, definitions);
  return { files };
}

async function cudaLibtorch() {
  const named = process.env.SPURIOUS_NATIVE_CUDA_LIBTORCH;
  if (named) {
    if (existsSync(join(named, "lib"))) return named;
    throw new SetupError(
      "LIBTORCH_MISSING",
      `SPURIOUS_NATIVE_CUDA_LIBTORCH: ${named}: expected a torch folder with lib/, found none`,
    );
  }
  const { found } = await locateLibtorch();
  return found?.cuda ? found.root : null;
}

await runMain(import.meta.url, async () => {
  const outcome = await checkCuda();
  if ("skipped" in outcome) say(`SKIPPED: ${outcome.skipped}`);
  else say(`${outcome.files} CUDA sources compile and link`);
});
