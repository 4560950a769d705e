import { posix } from "node:path";
import { compareCodePoints } from "../datasets/order.js";
import { IGNORED, isHiddenName, isPictureName, type NameAndReason } from "./picture-tree.js";

/** A folder of a table. */
export class TableFolder {
  readonly folders = new Map<string, TableFolder>();
  /** Row by name; null for a link that leads to no file. */
  readonly files = new Map<string, number | null>();

  /** The folder at a path within, or undefined. */
  find(path: string): TableFolder | undefined {
    return partsOf(path).reduce<TableFolder | undefined>(
      (folder, name) => folder?.folders.get(name),
      this,
    );
  }

  /** The row of the file at a path within, or undefined. */
  rowAt(path: string): number | undefined {
    const parts = partsOf(path);
    const name = parts.pop() ?? "";
    return this.find(parts.join("/"))?.files.get(name) ?? undefined;
  }

  /** Folders and pictures by name in code point order, as a folder on a disk is listed. */
  content(): { folders: string[]; pictures: string[]; ignored: NameAndReason[] } {
    const content = {
      folders: [] as string[],
      pictures: [] as string[],
      ignored: [] as NameAndReason[],
    };
    const names = [...new Set([...this.folders.keys(), ...this.files.keys()])];
    for (const name of names.sort(compareCodePoints)) {
      const reason = this.#ignoredAs(name);
      if (reason !== null) content.ignored.push({ path: name, reason });
      else if (this.folders.has(name)) content.folders.push(name);
      else content.pictures.push(name);
    }
    return content;
  }

  #ignoredAs(name: string): string | null {
    if (isHiddenName(name)) return IGNORED.hidden;
    if (this.folders.has(name)) return null;
    if (this.files.get(name) === null) return "link to no file of the archive";
    return isPictureName(name) ? null : IGNORED.noPicture;
  }
}

/** Files by their paths, each with the number of its row. */
export class FileTable {
  readonly top = new TableFolder();

  /** @returns the row that was there before */
  set(path: string, row: number | null): number | null | undefined {
    const name = posix.basename(path);
    const folder = this.#folder(posix.dirname(path));
    const before = folder.files.get(name);
    folder.files.set(name, row);
    return before;
  }

  #folder(path: string): TableFolder {
    let folder = this.top;
    for (const name of partsOf(path)) {
      let next = folder.folders.get(name);
      if (next === undefined) folder.folders.set(name, (next = new TableFolder()));
      folder = next;
    }
    return folder;
  }
}

function partsOf(path: string): string[] {
  return path === "" || path === "." ? [] : path.split("/");
}
