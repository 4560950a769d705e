import { basename, join, posix, resolve } from "node:path";

/** Whether a text names something at a URL; every other text is a path. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** An absolute path, or the URL as it stands. */
export function resolveLocation(text: string, folder = process.cwd()): string {
  return isUrl(text) ? text : resolve(folder, text);
}

/**
 * What results call a place inside an archive: `/data/a.tar/images`, `https://host/a.tar#images`.
 * The part of a URL behind # is never sent, so that it is in nobody's way.
 */
export function insideOf(archive: string, path: string): string {
  if (!isUrl(archive)) return join(archive, path);
  return path === "" ? archive : `${archive}#${path}`;
}

/** A folder's path inside an archive as all else has it: without "./" and "/" at its ends. */
export function plainFolder(path: string): string {
  return posix.normalize(`/${path}`).replaceAll(/^\/+|\/+$/g, "");
}

/** A URL and the place inside the archive there. */
export function splitUrl(url: string): { readonly archive: string; readonly inside: string } {
  const at = url.indexOf("#");
  return at === -1
    ? { archive: url, inside: "" }
    : { archive: url.slice(0, at), inside: plainFolder(url.slice(at + 1)) };
}

/** The last part of a path, or of the path of a URL. */
export function fileNameOf(location: string): string {
  return isUrl(location) ? basename(new URL(location).pathname) : basename(location);
}
