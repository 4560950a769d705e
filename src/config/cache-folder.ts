import { homedir } from "node:os";
import { join, resolve } from "node:path";

/**
 * Where this program keeps what can be made again: SPURIOUS_NATIVE_CACHE, else spurious-native in
 * XDG_CACHE_HOME or ~/.cache. The setup scripts have the same rule.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const { SPURIOUS_NATIVE_CACHE, XDG_CACHE_HOME } = env;
  if (SPURIOUS_NATIVE_CACHE) return resolve(SPURIOUS_NATIVE_CACHE);
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "spurious-native");
}
