import { createHash } from "node:crypto";
import { SpuriousError } from "../errors.js";
import { textLines } from "../sources/text-lines.js";

/** Images that are left out unseen, for example since labels say that they show the class. */
export class Exclusions {
  private constructor(
    readonly file: string | null,
    readonly sha256: string | null,
    private readonly ids: ReadonlySet<string>,
  ) {}

  /**
   * @param file one id on each line: an image's id, or its file name without folder and ending, as
   *   OpenImages names images; undefined: nothing is excluded
   * @throws DATA_NOT_FOUND
   */
  static async read(file: string | undefined): Promise<Exclusions> {
    if (file === undefined) return new Exclusions(null, null, new Set());
    const hash = createHash("sha256");
    const ids = new Set<string>();
    try {
      for await (const line of textLines(file)) {
        ids.add(line.trim());
        hash.update(`${line.trim()}\n`);
      }
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      throw new SpuriousError(
        "DATA_NOT_FOUND",
        `reading excluded ids: ${file}: expected a text file, got ${code === "ENOENT" ? "nothing there" : message}`,
        { input: file, cause },
      );
    }
    return new Exclusions(file, hash.digest("hex"), ids);
  }

  has(id: string): boolean {
    if (this.ids.size === 0) return false;
    return this.ids.has(id) || this.ids.has(stemOf(id));
  }
}

/** "train/16eff52dc708ac72.jpg" -> "16eff52dc708ac72" */
function stemOf(id: string): string {
  const name = id.slice(id.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}
