import { SpuriousError } from "../errors.js";
import { findPcaClass, readClassPca, requireComponent } from "../pca/class-pca.js";
import { type PcaIndex, readIndexIfPresent, readPcaIndex } from "../pca/pca-index.js";
import { AlphaFiles } from "./alpha-files.js";

/** alpha_l of the discovery model for the training images of a class. */
export interface DiscoveryAlphas {
  /** The row of each training picture that could be read. @throws ARTEFACT_INVALID it has none */
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
   * @throws USAGE_INVALID there are none of the class or of a component; ARTEFACT_INVALID
   */
  of(
    classIndex: number,
    components: readonly number[],
    pictures: readonly string[],
  ): Promise<DiscoveryAlphas>;
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

  async of(classIndex: number, components: readonly number[]): Promise<DiscoveryAlphas> {
    const entry = findPcaClass(this.index, classIndex);
    const pca = await readClassPca(this.folder, entry);
    const eigenIndices = components.map((component) => requireComponent(pca, entry, component));
    const rows = new Map(pca.images.map((name, row) => [nameOf(name), row]));
    return {
      rowsOf: (images) => joinByName(rows, images, `class ${String(classIndex)}`),
      at: (row, component) =>
        pca.alphas[row * pca.count + (eigenIndices[component] ?? 0)] as number,
    };
  }
}

/** Training folders differ in what lies above the files; a file's own name is what both have. */
function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

function joinByName(
  rows: ReadonlyMap<string, number>,
  images: readonly string[],
  place: string,
): number[] {
  return images.map((image) => {
    const row = rows.get(nameOf(image));
    if (row !== undefined) return row;
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `joining alphas by image name: ${place}: expected an alpha of every training image, got none of ${image}`,
      { input: image, hint: "fit the PCA on the same training images" },
    );
  });
}
