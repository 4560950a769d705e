import { posix } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { SpuriousError } from "../errors.js";
import type { FilePlace } from "../sources/picture-tree.js";
import { memoryFile } from "../sources/random-access.js";
import { tarMembers } from "../sources/tar-members.js";

/** As ImageNet gives it out: some megabytes. */
const DEVKIT_ARCHIVE = "ILSVRC2012_devkit_t12.tar.gz";
/** Larger content is no development kit. */
const LARGEST = 1 << 28;

/** The files of a development kit that lies in a place as it was downloaded, by their own names. */
export function devkitPlace(place: FilePlace): FilePlace {
  const path = `${place.path}/${DEVKIT_ARCHIVE}`;
  let files: Promise<ReadonlyMap<string, Buffer>> | undefined;
  return {
    path,
    file: async (name) => {
      files ??= readDevkit(path, place);
      return (await files).get(name) ?? null;
    },
  };
}

async function readDevkit(path: string, place: FilePlace): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const packed = await place.file(DEVKIT_ARCHIVE);
  if (packed === null) return files;
  let bytes: Buffer;
  try {
    bytes = await promisify(gunzip)(packed, { maxOutputLength: LARGEST });
  } catch (cause) {
    throw damaged(path, `expected a gzip file, got ${(cause as Error).message}`, cause);
  }
  const walk = tarMembers(memoryFile(path, bytes));
  for (;;) {
    const next = await walk.next();
    if (next.done === true) {
      if (next.value.damage !== null) throw damaged(path, next.value.damage);
      return files;
    }
    const { name, offset, size } = next.value;
    files.set(posix.basename(name), bytes.subarray(offset, offset + size));
  }
}

function damaged(path: string, problem: string, cause?: unknown): SpuriousError {
  return new SpuriousError("ARCHIVE_DAMAGED", `reading a tar file: ${path}: ${problem}`, {
    input: path,
    cause,
  });
}
