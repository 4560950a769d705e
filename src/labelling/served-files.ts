import { constants, open, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { STYLE } from "../report/style.js";

export interface ServedFile {
  readonly type: string;
  readonly content: string | Uint8Array;
}

const ASSETS = new URL("../../data/label/", import.meta.url);

const SCRIPT = "text/javascript; charset=utf-8";
const SHEET = "text/css; charset=utf-8";

/** Files of the page that come with the package, by address. */
const PACKAGED: Readonly<Record<string, string>> = {
  "label.js": SCRIPT,
  "view.js": SCRIPT,
  "server.js": SCRIPT,
  "label.css": SHEET,
};

/** A file of the page itself; null where there is none of that address. */
export async function assetOf(name: string): Promise<ServedFile | null> {
  if (name === "style.css") return { type: SHEET, content: STYLE };
  const type = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
  if (type === undefined) return null;
  return { type, content: await readFile(fileURLToPath(new URL(name, ASSETS))) };
}

/**
 * A picture of the evidence; null unless the evidence names exactly this one, it is a PNG, and it
 * lies in the folder without any link on the way: what a document says is not trusted either.
 * @param root real path of the evidence @param named addresses that may be read
 */
export async function pictureOf(
  root: string,
  named: ReadonlySet<string>,
  address: string,
): Promise<ServedFile | null> {
  if (!named.has(address) || !address.endsWith(".png")) return null;
  const path = join(root, address);
  if ((await realpath(path).catch(() => null)) !== path) return null;
  if (!path.startsWith(join(root, "/"))) return null;
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    return { type: "image/png", content: await file.readFile() };
  } catch {
    return null;
  }
}
