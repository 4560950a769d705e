import { HttpFile } from "./http-file.js";
import { LocalFile } from "./local-file.js";
import { isUrl } from "./location.js";
import type { RandomAccess } from "./random-access.js";

/** @param location path or URL @throws DATA_NOT_FOUND, SOURCE_UNREACHABLE, USAGE_INVALID */
export function openFile(location: string): Promise<RandomAccess> {
  return isUrl(location) ? HttpFile.open(location) : LocalFile.open(location);
}

/** The whole content. @throws DATA_NOT_FOUND, SOURCE_* */
export function readWhole(file: RandomAccess): Promise<Buffer> {
  return file.read(0, file.size);
}
