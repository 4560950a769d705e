import { createHash } from "node:crypto";
import { join } from "node:path";
import * as t from "typanion";
import { cacheFolder } from "../config/cache-folder.js";
import type { IndexWalks } from "./index-walks.js";
import { KeptLines } from "./kept-lines.js";
import type { RandomAccess } from "./random-access.js";
import { type TarEnd, type TarMember, tarMembers } from "./tar-members.js";

const INDEX_SCHEMA = "spurious-native/tar-index/3";

/** The index of a file of so few bytes, or so few blocks, is as quick to make as to look up. */
const BYTES_WORTH_KEEPING = 1 << 23;
const BLOCKS_WORTH_KEEPING = 32;

/** Name, offset, size, and what few members have. */
type MemberLine = [string, number, number, Pick<TarMember, "link" | "label">?];

/**
 * Where the members of a tar file lie. The headers of a large file are walked once in all: the index
 * is kept in the user's cache, by the file's name, size and time or ETag, and read from there line
 * by line. Where it cannot be kept, or nothing would show that it is another file's by now, it stays
 * in memory.
 */
export class TarIndex {
  private constructor(
    readonly access: RandomAccess,
    /** What is wrong with the tar file, "expected what, got what"; null for a whole one. */
    readonly damage: string | null,
    private readonly kept: KeptLines<TarEnd> | readonly TarMember[],
  ) {}

  /** @param folder where indices are kept @throws DATA_NOT_FOUND, SOURCE_*, CANCELLED */
  static async of(
    access: RandomAccess,
    { walks, folder = join(cacheFolder(), "tar-index") }: TarIndexOptions = {},
  ): Promise<TarIndex> {
    const { name, size, identity, blockSize } = access;
    const least = Math.max(BYTES_WORTH_KEEPING, BLOCKS_WORTH_KEEPING * blockSize);
    if (size < least || identity === "") return inMemory(access, walks);
    const heading = JSON.stringify({ schema: INDEX_SCHEMA, name, size, identity });
    const key = createHash("sha256").update(name).digest("hex").slice(0, 24);
    const file = join(folder, `${key}.jsonl`);
    const before = await KeptLines.open<TarEnd>(file, heading, isTarEnd);
    if (before !== null) walks?.skip(size);
    const kept = before ?? (await KeptLines.write(file, heading, memberLines(access, walks)));
    return kept === null ? inMemory(access, walks) : new TarIndex(access, kept.end.damage, kept);
  }

  static from(access: RandomAccess, { damage }: TarEnd, members: readonly TarMember[]): TarIndex {
    return new TarIndex(access, damage, members);
  }

  /** In the order of the tar file. */
  async *members(): AsyncGenerator<TarMember> {
    if (!(this.kept instanceof KeptLines)) {
      yield* this.kept;
      return;
    }
    for await (const line of this.kept.lines()) {
      const [name, offset, size, more] = JSON.parse(line) as MemberLine;
      yield { name, offset, size, ...more };
    }
  }
}

export interface TarIndexOptions {
  /** Told of the walk, which it may stop. */
  readonly walks?: IndexWalks | undefined;
  readonly folder?: string | undefined;
}

const isTarEnd = t.isPartial({ damage: t.isNullable(t.isString()) });

async function* memberLines(
  access: RandomAccess,
  walks: IndexWalks | undefined,
): AsyncGenerator<string, TarEnd> {
  const walk = watchedMembers(access, walks);
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return next.value;
    const { name, offset, size, link, label } = next.value;
    const line: MemberLine = [name, offset, size];
    if (link !== undefined || label !== undefined) line.push({ link, label });
    yield JSON.stringify(line);
  }
}

async function inMemory(access: RandomAccess, walks: IndexWalks | undefined): Promise<TarIndex> {
  const members: TarMember[] = [];
  const walk = watchedMembers(access, walks);
  for (;;) {
    const next = await walk.next();
    if (next.done === true) return TarIndex.from(access, next.value, members);
    members.push(next.value);
  }
}

async function* watchedMembers(
  access: RandomAccess,
  walks: IndexWalks | undefined,
): AsyncGenerator<TarMember, TarEnd> {
  const walk = tarMembers(access);
  let at = 0;
  for (;;) {
    const next = await walk.next();
    if (next.done === true) {
      walks?.walk(access.size - at);
      return next.value;
    }
    const end = next.value.offset + next.value.size;
    walks?.walk(end - at);
    at = end;
    yield next.value;
  }
}
