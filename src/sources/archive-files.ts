import { posix } from "node:path";
import { SpuriousError } from "../errors.js";
import { imageError } from "../images/decoded-image.js";
import { FileTable } from "./file-table.js";
import { fileNameOf } from "./location.js";
import { LooseFiles } from "./loose-files.js";
import { isHiddenName, isPictureName } from "./picture-tree.js";
import type { RandomAccess } from "./random-access.js";
import { archiveDamaged } from "./source-errors.js";
import type { TarIndex } from "./tar-index.js";
import type { TarMember } from "./tar-members.js";

/** Content by the rows of a table. */
export interface RowReader {
  sizeOf(row: number): Promise<number | null>;
  /** @param name what errors call it */
  read(row: number, name: string): Promise<Uint8Array>;
}

/** Links may lead to links. */
const LONGEST_CHAIN = 8;
/** Folders of ImageNet's classes are called so, and so are their tar files. */
const CLASS_TAR = /^(n\d{8})\.tar$/;
/** The tar files that ImageNet is given out as. */
const SPLIT_TAR = /^ILSVRC2012_img_(train|val|test)\.tar$/;

/**
 * The files of one or several tar files as one folder tree. Three numbers for each: an archive may
 * have more than a million.
 */
export class ArchiveFiles implements RowReader {
  readonly table = new FileTable();
  readonly #archives: RandomAccess[] = [];
  readonly #archive: number[] = [];
  readonly #offset: number[] = [];
  readonly #size: number[] = [];

  /**
   * @param shards whether tar files named as parts of ImageNet are stand for folders: those of a
   *   class for n01440764, those of a split for train, val or test
   * @throws ARCHIVE_DAMAGED; DATA_LAYOUT two tar files hold a file of the same path, or a
   *   WebDataset's has two samples of one key
   */
  static async of(
    indices: readonly TarIndex[],
    { shards }: { shards: boolean },
  ): Promise<ArchiveFiles> {
    const damages = indices.flatMap(({ access, damage }) =>
      damage === null ? [] : [{ path: access.name, message: damage }],
    );
    if (damages.length > 0) throw archiveDamaged(damages);
    const files = new ArchiveFiles();
    for (const index of indices) await files.#add(index, shards);
    return files;
  }

  sizeOf(row: number): Promise<number | null> {
    return Promise.resolve(this.#size[row] ?? null);
  }

  async read(row: number, name: string): Promise<Uint8Array> {
    const access = this.#archives[this.#archive[row] ?? -1];
    const size = this.#size[row] ?? 0;
    if (access === undefined) throw new RangeError(`${name} has a row of another table`);
    const bytes = await access.read(this.#offset[row] ?? 0, size);
    if (bytes.length === size) return bytes;
    throw imageError("IMAGE_TRUNCATED", name, `expected ${String(size)} bytes, got fewer`);
  }

  async #add(index: TarIndex, shards: boolean): Promise<void> {
    this.#archives.push(index.access);
    const links: TarMember[] = [];
    const loose = new LooseFiles(index.access.name);
    const fileName = fileNameOf(index.access.name);
    const [, split] = (shards && SPLIT_TAR.exec(fileName)) || [];
    const [, wnid] = (shards && CLASS_TAR.exec(fileName)) || [];
    const above = split === undefined ? "" : `${split}/`;
    for await (const member of index.members()) {
      if (member.link !== undefined) links.push(member);
      else if (member.name.includes("/")) this.#set(above + member.name, this.#row(member));
      else loose.add(member, this.#row(member));
    }
    for (const [path, row] of loose.placed()) {
      const isLoose = wnid !== undefined && !path.includes("/");
      this.#set(above + (isLoose ? `${wnid}/${path}` : path), row);
    }
    this.#follow(links, above);
  }

  #row({ offset, size }: TarMember): number {
    this.#archive.push(this.#archives.length - 1);
    this.#offset.push(offset);
    return this.#size.push(size) - 1;
  }

  /** Of two members of one name unpacking leaves the second; two archives are a mistake. */
  #set(path: string, row: number | null): void {
    const before = this.table.set(path, row);
    if (before === undefined || before === null || row === null) return;
    const [first, second] = [before, row].map((one) => this.#archives[this.#archive[one] ?? -1]);
    if (first === second || !isPictureName(path) || path.split("/").some(isHiddenName)) return;
    throw new SpuriousError(
      "DATA_LAYOUT",
      `a picture twice: ${path}: expected every picture in one tar file, got it in ` +
        `${first?.name ?? ""} and ${second?.name ?? ""}`,
      { input: path },
    );
  }

  /** Links are followed to files of the same archive, wherever in it they come. */
  #follow(links: readonly TarMember[], above: string): void {
    const targets = new Map(links.map(({ name, link = "" }) => [name, link]));
    for (const { name } of links) {
      let target = name;
      for (let i = 0; i < LONGEST_CHAIN && targets.has(target); i++) {
        target = posix.normalize(targets.get(target) ?? "");
      }
      this.#set(above + name, this.table.top.rowAt(above + target) ?? null);
    }
  }
}
