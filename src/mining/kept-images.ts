import { SpuriousError } from "../errors.js";
import type { MinedComponent } from "./mine-result.js";
import { textLines } from "./text-lines.js";

/** Which of the mined images a person wants to keep. */
export class KeptImages {
  private constructor(
    /** "COMPONENT id" or "* id"; null: all. */
    private readonly keys: ReadonlySet<string> | null,
  ) {}

  /**
   * @param spec "all", or a text file: on each line an id, or an eigen index, a tab and an id to
   *   keep an image for one component only
   * @throws DATA_NOT_FOUND; USAGE_INVALID an id is on none of the lists, or there is none at all
   */
  static async read(spec: string, components: readonly MinedComponent[]): Promise<KeptImages> {
    if (spec === "all") return new KeptImages(null);
    const known = new Set<string>();
    for (const { eigenIndex, top } of components) {
      for (const { id } of top) known.add(key(null, id)).add(key(eigenIndex, id));
    }
    const keys = new Set<string>();
    for (const line of await linesIn(spec)) {
      const [, component, id] = /^(\d+)\t(.*)$/.exec(line) ?? [];
      const asked = key(component === undefined ? null : Number(component), (id ?? line).trim());
      if (!known.has(asked)) throw unknown(spec, line);
      keys.add(asked);
    }
    if (keys.size === 0) {
      throw new SpuriousError(
        "USAGE_INVALID",
        `choosing images: ${spec}: expected at least one id, got none`,
        { input: spec },
      );
    }
    return new KeptImages(keys);
  }

  has(id: string, component: number): boolean {
    return this.keys === null || this.keys.has(key(null, id)) || this.keys.has(key(component, id));
  }
}

function key(component: number | null, id: string): string {
  return `${component === null ? "*" : String(component)} ${id}`;
}

async function linesIn(file: string): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of textLines(file)) lines.push(line);
    return lines;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `choosing images: ${file}: expected "all" or a text file of ids, got ${code === "ENOENT" ? "nothing there" : message}`,
      { input: file, cause },
    );
  }
}

function unknown(file: string, line: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `choosing images: ${file}: expected ids of the mined lists, got "${line}"`,
    { input: line, hint: "ids are those of mine.json and mine.csv" },
  );
}
