import type { ModelDescription } from "../native/contract.js";
import { Engine } from "./engine.js";
import { type ModelMetadata, parseMetadata } from "./metadata.js";
import { verifiedHash } from "./sha256.js";

/** What a model file is: what its graph shows and what its metadata say. */
export interface ModelInspection extends Omit<ModelDescription, "metadata"> {
  readonly path: string;
  readonly sha256: string;
  readonly metadata: ModelMetadata | null;
}

/**
 * Loads a model and describes it; nothing is run but what loading runs.
 * @throws MODEL_*
 */
export async function inspectModel(path: string, sha256?: string): Promise<ModelInspection> {
  const hash = await verifiedHash(path, sha256);
  await using engine = await Engine.load(path, { device: "cpu" });
  const { metadata, ...description } = engine.description;
  return {
    path,
    sha256: hash,
    ...description,
    metadata: metadata === null ? null : parseMetadata(metadata, path),
  };
}
