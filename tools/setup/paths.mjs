// Where things are: the package, its build products, the user's cache.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The package folder (a checkout or an installed package). */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A path inside the package. @param {...string} parts */
export const inPackage = (...parts) => join(ROOT, ...parts);

/** What is fetched once per user: libtorch, the C++ formatter and linter. */
export function cacheFolder() {
  const { SPURIOUS_NATIVE_CACHE, XDG_CACHE_HOME } = process.env;
  if (SPURIOUS_NATIVE_CACHE) return resolve(SPURIOUS_NATIVE_CACHE);
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "spurious-native");
}
