// npm start: sets up whatever is missing, then takes the demo's tour. Further arguments go to the
// program: npm start -- --json

import { ensureAll } from "./ensure-all.mjs";
import { inPackage } from "./paths.mjs";
import { runInForeground } from "./process.mjs";
import { runMain } from "./report.mjs";

const DEMO = ["demo", "--out", "results/demo", "--force"];

await runMain(import.meta.url, async () => {
  await ensureAll();
  const program = inPackage("bin", "spurious-native.js");
  return runInForeground(process.execPath, [program, ...DEMO, ...process.argv.slice(2)], {
    cwd: inPackage(),
  });
});
