import { join } from "node:path";
import { hashOfNames } from "../evaluation/journal.js";
import { sha256File } from "../models/sha256.js";
import { findPcaClass, hashClassPca, readClassPca, requireComponent } from "../pca/class-pca.js";
import { type PcaIndex, readIndexIfPresent, readPcaIndex } from "../pca/pca-index.js";
import { AlphaFiles } from "./alpha-files.js";
import { joinByName, type SkippedPicture } from "./join-by-name.js";

/** alpha_l of the discovery model for the training images of a class. */
export interface DiscoveryAlphas {
  /** Training pictures that have none, as the discovery model's PCA could not read them. */
  readonly without: readonly SkippedPicture[];
  /** The row of each of some training pictures, of those that have one. */
  rowsOf(images: readonly string[]): number[];
  /** alpha_l of a row for the n-th of the components asked for. */
  at(row: number, component: number): number;
}

/** The discovery model's alphas, class by class. */
export interface Discovery {
  /** What a fix records: where they come from, and whether they are joined by name or position. */
  readonly provenance: DiscoveryProvenance;
  /**
   * @param components eigen indices
   * @param pictures all training pictures of the class, in code point order, unreadable ones too
   * @throws USAGE_INVALID there are none of the class or of a component
   * @throws ARTEFACT_INVALID damaged, or a picture's alpha is missing or cannot be told from another's
   */
  of(
    classIndex: number,
    components: readonly number[],
    pictures: readonly string[],
  ): Promise<DiscoveryAlphas>;
  /** A hash of a class's alphas and of what they are of. @throws as `of` */
  hashOf(classIndex: number): Promise<string>;
}

export interface DiscoveryProvenance {
  readonly folder: string;
  readonly joinedBy: "name" | "position";
  /** The discovery model, where its PCA says it. */
  readonly model: PcaIndex["model"];
}

/**
 * Alphas from a folder: one of `pca fit`, or one of the original's files
 * `spurious_alphas_train_NNN.pt`.
 * @throws ARTEFACT_INVALID it is neither
 */
export async function openDiscovery(folder: string): Promise<Discovery> {
  const index = await readIndexIfPresent(folder);
  if (index !== null) return new DiscoveryPca(folder, index);
  const files = await AlphaFiles.openIfPresent(folder);
  // Without either, the PCA is what most people meant.
  return files ?? new DiscoveryPca(folder, await readPcaIndex(folder));
}

class DiscoveryPca implements Discovery {
  readonly provenance: DiscoveryProvenance;

  constructor(
    private readonly folder: string,
    private readonly index: PcaIndex,
  ) {
    this.provenance = { folder, joinedBy: "name", model: index.model };
  }

  async of(
    classIndex: number,
    components: readonly number[],
    pictures: readonly string[],
  ): Promise<DiscoveryAlphas> {
    const entry = findPcaClass(this.index, classIndex);
    const pca = await readClassPca(this.folder, entry);
    const eigenIndices = components.map((component) =>
      requireComponent(this.folder, pca, entry, component),
    );
    const place = `${join(this.folder, entry.imageNames)}: class ${String(classIndex)}`;
    const { rows, without } = joinByName(place, pca.images, entry.skipped, pictures);
    return {
      without,
      rowsOf: (images) => images.map((image) => rows.get(image) ?? -1),
      at: (row, component) =>
        pca.alphas[row * pca.count + (eigenIndices[component] ?? 0)] as number,
    };
  }

  async hashOf(classIndex: number): Promise<string> {
    const entry = findPcaClass(this.index, classIndex);
    const tensors = await hashClassPca(this.folder, entry);
    const names = await sha256File(join(this.folder, entry.imageNames));
    return hashOfNames([tensors, names, ...entry.skipped.map(({ path }) => path)]);
  }
}
