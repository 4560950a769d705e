import { SpuriousError } from "../errors.js";
import type { FolderContent } from "../sources/picture-tree.js";

const SHOWN = 8;

/**
 * DATA_LAYOUT that shows what a folder holds instead of what was expected.
 * @param layout example of the expected layout, shown as the hint
 */
export function layoutError(
  what: string,
  expected: string,
  content: FolderContent,
  layout: string,
): SpuriousError {
  return new SpuriousError(
    "DATA_LAYOUT",
    `${what}: ${content.tree.root}: expected ${expected}, got ${describeContent(content)}`,
    {
      input: content.tree.root,
      hint: `expected layout:\n${layout}\n(docs/datasets.md shows every one)`,
    },
  );
}

/** For messages: the first few of a list, and how many more there are. */
export function firstFew(names: readonly string[], shown = SHOWN): string {
  const more = names.length - shown;
  return names.slice(0, shown).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function describeContent({ folders, pictures, ignored }: FolderContent): string {
  const names = [
    ...folders.map((name) => `${name}/`),
    ...pictures,
    ...ignored.map(({ path }) => path),
  ];
  return names.length === 0 ? "an empty folder" : firstFew(names);
}
