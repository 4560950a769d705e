import * as t from "typanion";
import { WHOLE_NUMBER } from "../results/document-shape.js";
import type { IndexWalks } from "../sources/index-walks.js";

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

/** The fields of an ImageAddress in a document. */
export const ADDRESS_SHAPE = {
  id: t.isString(),
  pool: WHOLE_NUMBER,
  offset: t.isOptional(WHOLE_NUMBER),
  size: t.isOptional(WHOLE_NUMBER),
};

/** A source of images, of any size: nothing keeps the list of all of them. */
export interface ImagePool {
  /** Absolute path. */
  readonly path: string;
  readonly kind: "folder" | "tar" | "list";
  /** Of a tar file, whose headers are walked to list its images; else 0. */
  readonly bytes: number;
  /**
   * Every image, in an order that is the same every time.
   * @param walks told of a walk through headers, which it may stop
   */
  images(walks?: IndexWalks): AsyncIterable<ImageAddress>;
  /** Length of one in bytes; null where it is gone. @throws SOURCE_* */
  sizeOf(address: ImageAddress): Promise<number | null>;
  /** The content of one. @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED */
  read(address: ImageAddress): Promise<Uint8Array>;
  /** What is wrong with the pool itself ("expected what, got what"), once its images were listed. */
  damage(): string | null;
}
