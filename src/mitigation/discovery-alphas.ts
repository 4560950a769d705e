import { SpuriousError } from "../errors.js";
import { findPcaClass, readClassPca, requireComponent } from "../pca/class-pca.js";
import { type PcaIndex, readPcaIndex } from "../pca/pca-index.js";

/** alpha_l of the discovery model for the training images of a class. */
export interface DiscoveryAlphas {
  /** Row by image name. */
  readonly rowOf: ReadonlyMap<string, number>;
  /** alpha_l of a row for the n-th of the components asked for. */
  at(row: number, component: number): number;
}

/** The discovery model's alphas, class by class, from a folder of `pca fit`. */
export class DiscoveryPca {
  private constructor(
    readonly folder: string,
    readonly index: PcaIndex,
  ) {}

  /** @throws ARTEFACT_INVALID */
  static async open(folder: string): Promise<DiscoveryPca> {
    return new DiscoveryPca(folder, await readPcaIndex(folder));
  }

  /** @throws USAGE_INVALID the PCA lacks the class or a component; ARTEFACT_INVALID */
  async of(classIndex: number, components: readonly number[]): Promise<DiscoveryAlphas> {
    const entry = findPcaClass(this.index, classIndex);
    const pca = await readClassPca(this.folder, entry);
    const eigenIndices = components.map((component) => requireComponent(pca, entry, component));
    return {
      rowOf: new Map(pca.images.map((name, row) => [nameOf(name), row])),
      at: (row, component) =>
        pca.alphas[row * pca.count + (eigenIndices[component] ?? 0)] as number,
    };
  }
}

/** Training folders differ in what lies above the files; a file's own name is what both have. */
export function nameOf(path: string): string {
  return path.split("/").at(-1) ?? path;
}

/**
 * Rows of the discovery model for images by name.
 * @throws ARTEFACT_INVALID an image has no alpha
 */
export function joinByName(
  alphas: DiscoveryAlphas,
  images: readonly string[],
  place: string,
): number[] {
  return images.map((image) => {
    const row = alphas.rowOf.get(nameOf(image));
    if (row !== undefined) return row;
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `joining alphas by image name: ${place}: expected an alpha of every training image, got none of ${image}`,
      { input: image, hint: "fit the PCA on the same training images" },
    );
  });
}
