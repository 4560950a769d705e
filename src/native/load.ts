import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { SpuriousError } from "../errors.js";
import type { NativeAddon } from "./contract.js";
import { describeLoadFailure } from "./load-error.js";

const require = createRequire(import.meta.url);

/** Where the CMake build puts the addon. */
export const ADDON_FILE = fileURLToPath(
  new URL("../../build/Release/spurious_native.node", import.meta.url),
);
const INSTALL_SCRIPT = fileURLToPath(new URL("../../tools/setup/install.mjs", import.meta.url));

let loaded: NativeAddon | undefined;

/**
 * The addon, loaded on first use. Built first where npm was told to run no install scripts.
 * @throws ADDON_MISSING when it cannot be built, ADDON_LOAD_FAILED when it cannot be loaded.
 */
export function addon(): NativeAddon {
  loaded ??= load();
  return loaded;
}

function load(): NativeAddon {
  if (!existsSync(ADDON_FILE)) build();
  try {
    return require(ADDON_FILE) as NativeAddon;
  } catch (cause) {
    throw describeLoadFailure(ADDON_FILE, cause);
  }
}

function build(): void {
  process.stderr.write(
    "spurious-native: the native addon is not built yet; building it once (a few minutes)\n",
  );
  const result = spawnSync(process.execPath, [INSTALL_SCRIPT], {
    // stdout belongs to results.
    stdio: ["ignore", process.stderr.fd, process.stderr.fd],
  });
  if (result.status === 0 && existsSync(ADDON_FILE)) return;
  throw new SpuriousError("ADDON_MISSING", `building the native addon failed: ${ADDON_FILE}`, {
    input: ADDON_FILE,
    hint: "see the messages above; `npm run build:addon` in the package folder tries again",
  });
}
