// npm's `install` script, also run by the program at first use when the addon is missing.
//
//   node tools/setup/install.mjs           build the addon unless it is up to date
//   node tools/setup/install.mjs --force   build it again
//
// SPURIOUS_NATIVE_SKIP_BUILD=1 set for npm postpones the build to the first use.

import { ensureAddon } from "./addon.mjs";
import { runMain, say } from "./report.mjs";

await runMain(import.meta.url, async () => {
  const force = process.argv.includes("--force");
  const byNpm = process.env.npm_lifecycle_event === "install";
  if (byNpm && process.env.SPURIOUS_NATIVE_SKIP_BUILD === "1") {
    say("SPURIOUS_NATIVE_SKIP_BUILD is set: the native addon is built at first use");
    return;
  }
  const { built } = await ensureAddon({ force });
  if (!built) say("the native addon is up to date");
});
