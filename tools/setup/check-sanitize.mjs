// Runs the C++ tests under AddressSanitizer and UndefinedBehaviorSanitizer, and those of threads that
// need no libtorch under ThreadSanitizer.
//
//   npm run check:sanitize [-- FILTER]   FILTER: a regular expression of ctest names

import { buildWithCmake } from "./cmake.mjs";
import { runCoreTests } from "./core-tests.mjs";
import { ensureLibtorch } from "./libtorch.mjs";
import { inPackage } from "./paths.mjs";
import { runMain, say } from "./report.mjs";

const BUILD = inPackage("build", "sanitize");

await runMain(import.meta.url, async () => {
  const { root } = await ensureLibtorch();
  say("building the C++ core and its tests with sanitizers (log: build/sanitize.log)");
  const definitions = ["SPURIOUS_NATIVE_TESTS=ON", "SPURIOUS_NATIVE_SANITIZE=ON"];
  await buildWithCmake("the C++ tests with sanitizers", BUILD, root, definitions);
  const { ok } = await runCoreTests(process.argv[2], BUILD);
  return ok ? 0 : 1;
});
