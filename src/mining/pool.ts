/**
 * Where an image of a pool is: enough to read it again, in any order and by any process that sees
 * the same pools.
 */
export interface ImageAddress {
  /** Path relative to the pool's root, or SHARD.tar/member: the name used in every result. */
  readonly id: string;
  /** Place of the pool among those given. */
  readonly pool: number;
  /** Inside a tar file: where the content begins, and its length in bytes. */
  readonly offset?: number | undefined;
  readonly size?: number | undefined;
}

/** A source of images, of any size: nothing keeps the list of all of them. */
export interface ImagePool {
  /** Absolute path. */
  readonly path: string;
  readonly kind: "folder" | "tar" | "list";
  /** Every image, in an order that is the same every time. */
  images(): AsyncIterable<ImageAddress>;
  /** The content of one. @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED */
  read(address: ImageAddress): Promise<Uint8Array>;
  /** What is wrong with the pool itself ("expected what, got what"), once its images were listed. */
  damage(): string | null;
}
