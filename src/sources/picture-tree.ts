import { compareCodePoints } from "../datasets/order.js";
import type { ImageSource } from "./image-source.js";

/** Content of one folder, by name in code point order. */
export interface FolderContent {
  /** The folder itself. */
  readonly tree: PictureTree;
  readonly folders: string[];
  /** Files with a picture's ending; decoding looks at the content. */
  readonly pictures: string[];
  readonly ignored: NameAndReason[];
}

export interface NameAndReason {
  readonly path: string;
  readonly reason: string;
}

/** A place where files about pictures may lie. */
export interface FilePlace {
  /** Path or URL. */
  readonly path: string;
  /** A file of it, read whole; null where there is none. @param name relative, with `/` */
  file(name: string): Promise<Buffer | null>;
}

/**
 * A folder with all that is in it, on a disk or in archives anywhere: the one way in which data sets
 * are read. Paths are relative to it, with `/`.
 */
export interface PictureTree {
  /** Absolute path or URL, which results name; openPictureTree opens it again. */
  readonly root: string;
  /** A folder of it, whether or not there is one. */
  within(path: string): PictureTree;
  /** Whether there is such a folder. */
  exists(): Promise<boolean>;
  /** @throws DATA_NOT_FOUND, DATA_LAYOUT (a file instead of a folder) */
  content(): Promise<FolderContent>;
  /** The same for all links to one folder. */
  realRoot(): Promise<string>;
  /** The folder an archive holds and nothing beside it: what unpacking would give. Else null. */
  soleFolder(): Promise<PictureTree | null>;
  /** This folder and those above, nearest first, as far as files about pictures are looked for. */
  surroundings(): FilePlace[];
  /** What results and errors call a picture. */
  nameOf(path: string): string;
  /** Length of a file in bytes; null where there is none. */
  sizeOf(path: string): Promise<number | null>;
  /** The content of a picture. @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, SOURCE_* */
  read(path: string): Promise<Uint8Array>;
}

/** A picture of a tree: two references, as there may be a million of them. */
export class TreePicture implements ImageSource {
  constructor(
    private readonly tree: PictureTree,
    private readonly path: string,
  ) {}

  get name(): string {
    return this.tree.nameOf(this.path);
  }

  read(): Promise<Uint8Array> {
    return this.tree.read(this.path);
  }
}

const PICTURE_ENDING = /\.(jpe?g|jfif|png|webp|gif|bmp|tiff?)$/i;

/** By its ending: decoding looks at the content. */
export function isPictureName(name: string): boolean {
  return PICTURE_ENDING.test(name);
}

/** What macOS and hidden files are called is the same everywhere. */
export function isHiddenName(name: string): boolean {
  return name === "__MACOSX" || name.startsWith(".");
}

/** Why entries are left out, in words that are the same for folders and archives. */
export const IGNORED = {
  hidden: "hidden or made by macOS",
  noFile: "not a file",
  noPicture: "not a picture by its ending",
} as const;

/**
 * Every picture in a tree. A folder that links reach twice is read once; a link upwards would bring
 * in the pictures of other classes and is left out.
 * @returns paths relative to the tree, in code point order
 */
export async function listPictures(
  tree: PictureTree,
): Promise<{ pictures: string[]; ignored: NameAndReason[] }> {
  const pictures: string[] = [];
  const ignored: NameAndReason[] = [];
  const seen = new Set<string>();

  async function walk(content: FolderContent, prefix: string): Promise<void> {
    for (const name of content.pictures) pictures.push(prefix + name);
    for (const { path, reason } of content.ignored) ignored.push({ path: prefix + path, reason });
    for (const name of content.folders) {
      const folder = content.tree.within(name);
      const real = await folder.realRoot();
      if (seen.has(real) || root.startsWith(`${real}/`)) {
        ignored.push({ path: prefix + name, reason: "link to a folder already read" });
      } else {
        seen.add(real);
        await walk(await folder.content(), `${prefix}${name}/`);
      }
    }
  }

  const content = await tree.content();
  const root = content.folders.length === 0 ? "" : `${await tree.realRoot()}/`;
  seen.add(root.slice(0, -1));
  await walk(content, "");
  pictures.sort(compareCodePoints);
  return { pictures, ignored };
}
