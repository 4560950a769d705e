import { posix } from "node:path";
import { SpuriousError } from "../errors.js";
import { imageError } from "../images/decoded-image.js";
import type { RowReader } from "./archive-files.js";
import type { TableFolder } from "./file-table.js";
import { insideOf } from "./location.js";
import type { FilePlace, FolderContent, PictureTree } from "./picture-tree.js";

/** What all folders of one table share. */
export interface TableOrigin {
  /** What the user has named: a tar file, a pattern, a list, a folder of tar files. */
  readonly location: string;
  readonly top: TableFolder;
  readonly rows: RowReader;
  /** Where files about the pictures may lie beside it. */
  readonly beside: readonly FilePlace[];
}

/** A folder inside tar files, or of a list of files. */
export class TableTree implements PictureTree {
  readonly root: string;

  /** @param path within the table, "" for the top */
  constructor(
    private readonly origin: TableOrigin,
    private readonly path = "",
  ) {
    this.root = insideOf(origin.location, path);
  }

  within(path: string): TableTree {
    const inside = posix.join(this.path, path);
    return new TableTree(this.origin, inside === "." ? "" : inside);
  }

  exists(): Promise<boolean> {
    return Promise.resolve(this.#folder() !== undefined);
  }

  content(): Promise<FolderContent> {
    const folder = this.#folder();
    if (folder !== undefined) return Promise.resolve({ tree: this, ...folder.content() });
    return Promise.reject(
      new SpuriousError(
        "DATA_NOT_FOUND",
        `data not read: ${this.root}: expected a folder inside ${this.origin.location}, got none`,
        { input: this.root },
      ),
    );
  }

  realRoot(): Promise<string> {
    return Promise.resolve(this.root);
  }

  soleFolder(): Promise<TableTree | null> {
    const { folders = [], pictures = [] } = this.#folder()?.content() ?? {};
    const [only] = folders;
    const isSole = only !== undefined && folders.length === 1 && pictures.length === 0;
    return Promise.resolve(isSole ? this.within(only) : null);
  }

  surroundings(): FilePlace[] {
    const places: FilePlace[] = [];
    for (let path = this.path; ; path = posix.dirname(path)) {
      const folder = new TableTree(this.origin, path === "." ? "" : path);
      places.push({ path: folder.root, file: (name) => folder.#file(name) });
      if (path === "" || path === ".") return [...places, ...this.origin.beside];
    }
  }

  nameOf(path: string): string {
    return insideOf(this.origin.location, posix.join(this.path, path));
  }

  sizeOf(path: string): Promise<number | null> {
    const row = this.#rowAt(path);
    return row === undefined ? Promise.resolve(null) : this.origin.rows.sizeOf(row);
  }

  async read(path: string): Promise<Uint8Array> {
    const row = this.#rowAt(path);
    const name = this.nameOf(path);
    if (row !== undefined) return await this.origin.rows.read(row, name);
    throw imageError(
      "IMAGE_UNREADABLE",
      name,
      `expected a picture inside ${this.origin.location}, got none of that name`,
    );
  }

  async #file(name: string): Promise<Buffer | null> {
    return this.#rowAt(name) === undefined ? null : Buffer.from(await this.read(name));
  }

  #folder(): TableFolder | undefined {
    return this.origin.top.find(this.path);
  }

  #rowAt(path: string): number | undefined {
    return this.origin.top.rowAt(posix.join(this.path, path));
  }
}
