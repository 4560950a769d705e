import type { ModelDescription } from "../native/contract.js";
import { describeApart } from "./describe-apart.js";
import { type ModelMetadata, parseMetadata } from "./metadata.js";
import { verifiedHash } from "./sha256.js";

/** What a model file is: what its graph shows and what its metadata say. */
export interface ModelInspection extends Omit<ModelDescription, "metadata"> {
  readonly path: string;
  readonly sha256: string;
  readonly metadata: ModelMetadata | null;
}

/**
 * Loads a model in a process of its own and describes it; nothing is run but what loading runs, and
 * a file that ends that process is an error like any other.
 * @throws MODEL_*
 */
export async function inspectModel(path: string, sha256?: string): Promise<ModelInspection> {
  const hash = await verifiedHash(path, sha256);
  const { metadata, ...description } = await describeApart(path);
  return {
    path,
    sha256: hash,
    ...description,
    metadata: metadata === null ? null : parseMetadata(metadata, path),
  };
}
