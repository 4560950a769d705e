// Everything that a checkout needs before the program or its tests can run. Each part does nothing
// when it is up to date.

import { ensureAddon } from "./addon.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { SetupError } from "./report.mjs";
import { ensureCompiled } from "./typescript.mjs";

const OLDEST_NODE = [20, 10];

export async function ensureAll() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new SetupError(
      "SETUP_FAILED",
      `Node cannot be used: ${process.execPath}: expected version ${OLDEST_NODE.join(".")} or newer, got ${process.versions.node}`,
      "install a newer Node (https://nodejs.org)",
    );
  }
  await ensureDependencies();
  await ensureCompiled();
  return ensureAddon();
}
