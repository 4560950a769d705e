import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { STYLE } from "../report/style.js";

export interface ServedFile {
  readonly type: string;
  readonly content: string | Uint8Array;
}

const ASSETS = new URL("../../data/annotation/", import.meta.url);

const SCRIPT = "text/javascript; charset=utf-8";
const SHEET = "text/css; charset=utf-8";

/** Files of the pages that come with the package, by address. */
const PACKAGED: Readonly<Record<string, string>> = {
  "annotation.css": SHEET,
  "elements.js": SCRIPT,
  "frame.js": SCRIPT,
  "label.js": SCRIPT,
  "label-view.js": SCRIPT,
  "queue.js": SCRIPT,
  "review.js": SCRIPT,
  "review-view.js": SCRIPT,
  "server.js": SCRIPT,
};

/** A file of a page itself; null where there is none of that address. */
export async function assetOf(name: string): Promise<ServedFile | null> {
  if (name === "style.css") return { type: SHEET, content: STYLE };
  const type = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
  if (type === undefined) return null;
  return { type, content: await readFile(fileURLToPath(new URL(name, ASSETS))) };
}
