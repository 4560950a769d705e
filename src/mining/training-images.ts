import { createHash } from "node:crypto";
import { mapAtOnce } from "../sources/at-once.js";
import { openIfPresent } from "../sources/open-tree.js";
import { type PictureTree, TreePicture } from "../sources/picture-tree.js";

/** Files looked at together. */
const AT_ONCE = 32;

/**
 * The training images of a class's PCA, known by their bytes: an image of a pool that is one of them
 * would say nothing new. Only images as long as a training image are hashed, and of these training
 * images only the ones that share a length with an image of the pool.
 */
export class TrainingImages {
  readonly #bySize = new Map<number, TreePicture[]>();
  readonly #hashes = new Map<number, Promise<ReadonlySet<string>>>();
  #found = 0;

  private constructor(
    /** null: not known where they are. */
    readonly folder: string | null,
    /** Training images of the class. */
    readonly count: number,
  ) {}

  /** @param images paths relative to the folder; files that are not there (any more) are left out */
  static async open(folder: string | null, images: readonly string[]): Promise<TrainingImages> {
    const training = new TrainingImages(folder, images.length);
    const tree = folder === null ? null : await openIfPresent(folder);
    if (tree !== null) await mapAtOnce(images, AT_ONCE, (path) => training.#add(tree, path));
    return training;
  }

  /** Training images whose files are there to compare with. */
  get found(): number {
    return this.#found;
  }

  async has(content: Uint8Array): Promise<boolean> {
    const files = this.#bySize.get(content.length);
    if (files === undefined) return false;
    let hashes = this.#hashes.get(content.length);
    if (hashes === undefined) {
      hashes = Promise.all(files.map(sha256Of)).then((all) => new Set(all));
      this.#hashes.set(content.length, hashes);
    }
    return (await hashes).has(createHash("sha256").update(content).digest("hex"));
  }

  async #add(tree: PictureTree, path: string): Promise<void> {
    const size = await tree.sizeOf(path);
    if (size === null) return;
    this.#found += 1;
    const picture = new TreePicture(tree, path);
    const files = this.#bySize.get(size);
    if (files === undefined) this.#bySize.set(size, [picture]);
    else files.push(picture);
  }
}

async function sha256Of(picture: TreePicture): Promise<string> {
  return createHash("sha256")
    .update(await picture.read())
    .digest("hex");
}
