import { imageError } from "../images/decoded-image.js";
import type { IndexWalks } from "../sources/index-walks.js";
import { fileNameOf } from "../sources/location.js";
import type { RandomAccess } from "../sources/random-access.js";
import { TarIndex } from "../sources/tar-index.js";
import { isPictureMember } from "../sources/tar-members.js";
import type { ImageAddress, ImagePool } from "./pool.js";

/**
 * The pictures in a tar file, read where they are. Their places come from the file's index line by
 * line, so that memory does not grow with the pool.
 */
export function tarPool(file: RandomAccess, pool: number): ImagePool {
  const shard = fileNameOf(file.name);
  let damage: string | null = null;

  async function* images(walks?: IndexWalks): AsyncGenerator<ImageAddress> {
    const index = await TarIndex.of(file, { walks });
    damage = index.damage;
    for await (const member of index.members()) {
      const { name, offset, size } = member;
      if (isPictureMember(member)) yield { id: `${shard}/${name}`, pool, offset, size };
    }
  }

  return {
    path: file.name,
    kind: "tar",
    bytes: file.size,
    images,
    sizeOf: ({ size }) => Promise.resolve(size ?? null),
    read: (address) => readMember(file, address),
    damage: () => damage,
  };
}

async function readMember(
  file: RandomAccess,
  { id, offset = 0, size = 0 }: ImageAddress,
): Promise<Uint8Array> {
  const content = await file.read(offset, size);
  if (content.length === size) return content;
  const problem = `expected ${String(size)} bytes of ${file.name}, got fewer`;
  throw imageError("IMAGE_TRUNCATED", id, problem);
}
