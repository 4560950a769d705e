import { SpuriousError } from "../errors.js";
import { isHiddenName, isPictureName } from "./picture-tree.js";
import type { TarMember } from "./tar-members.js";

/**
 * The files outside any folder of a tar file. In a WebDataset those of one key, the name up to its
 * first dot, belong together: a label in KEY.cls makes KEY.jpg a picture in the folder of that name.
 */
export class LooseFiles {
  readonly #rows: [string, number][] = [];
  readonly #labels = new Map<string, string>();

  /** @param archive what errors call the tar file */
  constructor(private readonly archive: string) {}

  add({ name, label }: TarMember, row: number): void {
    this.#rows.push([name, row]);
    if (label !== undefined && label !== "" && !label.includes("/")) {
      this.#labels.set(keyOf(name), label);
    }
  }

  /**
   * Path and row; what else belongs to a labelled picture is no file of its own.
   * @throws DATA_LAYOUT a key with a label is of two samples
   */
  *placed(): Generator<[string, number]> {
    if (this.#labels.size > 0) this.#refuseRepeatedKeys();
    for (const [name, row] of this.#rows) {
      const label = this.#labels.get(keyOf(name));
      if (label === undefined || isHiddenName(name)) yield [name, row];
      else if (isPictureName(name)) yield [`${label}/${name}`, row];
    }
  }

  /**
   * A sample's files lie behind each other, each of another ending. Of two samples of one key one
   * would be lost, or get the other's label.
   */
  #refuseRepeatedKeys(): void {
    const before = new Set<string>();
    let sample = { key: "", names: new Set<string>() };
    for (const [name] of this.#rows) {
      if (isHiddenName(name)) continue;
      const key = keyOf(name);
      if (key !== sample.key) {
        before.add(sample.key);
        sample = { key, names: new Set() };
      }
      const isTwice = sample.names.has(name);
      if (this.#labels.has(key) && (isTwice || before.has(key))) {
        throw this.#repeated(key, name, isTwice ? "again" : "behind files of other keys");
      }
      sample.names.add(name);
    }
  }

  #repeated(key: string, name: string, where: string): SpuriousError {
    return new SpuriousError(
      "DATA_LAYOUT",
      `a key twice: ${key}: expected the files of one sample in ${this.archive}, each once and ` +
        `behind each other, got ${name} ${where}`,
      {
        input: this.archive,
        hint: "give every sample a key of its own and pack the files in order (tar --sort=name)",
      },
    );
  }
}

function keyOf(name: string): string {
  const dot = name.indexOf(".");
  return dot === -1 ? name : name.slice(0, dot);
}
