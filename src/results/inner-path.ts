import { isAbsolute } from "node:path";

/** Whether a path leads to something within the folder that it is relative to. */
export function isInnerPath(path: string): boolean {
  return path !== "" && !isAbsolute(path) && !path.split(/[\\/]/).includes("..");
}
