import { SpuriousError } from "../errors.js";
import type { ClassMapDocument } from "../imagenet/class-map-file.js";
import { Classifier, type ClassifierRequest } from "../models/classifier.js";
import { INDEX_NAME, type PcaIndex } from "./pca-index.js";

/** How to run the model of a PCA again; flags of the request win over what the PCA recorded. */
export type PcaModelRequest = Omit<ClassifierRequest, "model"> & {
  /** Where the model file is now; default: where it was when the PCA was fitted. */
  readonly model?: string | undefined;
};

/**
 * Opens the model that a PCA was fitted with, as it was used then. Its components mean nothing for
 * another model, so the file's hash is compared; one that the request pins has to be the same.
 * @throws MODEL_*, MODEL_HASH_MISMATCH; CLASS_MAP_INVALID that of the request, or the recorded one
 * @throws ARTEFACT_INVALID the PCA was fitted from given features and has no model
 */
export async function openPcaModel(
  folder: string,
  index: PcaIndex,
  request: PcaModelRequest,
): Promise<Classifier> {
  const { model } = index;
  if (model === null) {
    throw new SpuriousError(
      "ARTEFACT_INVALID",
      `running the PCA's model: ${folder}: expected a PCA fitted with a model, got one of given features`,
      { input: folder, hint: "fit it with a model: spurious-native pca fit MODEL ..." },
    );
  }
  const pinned = request.sha256?.toLowerCase();
  if (pinned !== undefined && pinned !== model.sha256) {
    throw new SpuriousError(
      "MODEL_HASH_MISMATCH",
      `running the PCA's model: ${folder}: expected one fitted with the model ${pinned}, got ${model.sha256}`,
      { input: folder, hint: "fit a PCA with that model, or correct --sha256" },
    );
  }
  const { normalization } = model;
  const recorded =
    normalization.where === "outside"
      ? { mean: normalization.mean, std: normalization.std }
      : { normalize: normalization.where };
  const opening = Classifier.open({
    size: model.inputSize,
    temperature: model.temperature,
    ...(request.normalize === undefined && request.mean === undefined ? recorded : {}),
    ...definedOf(request),
    classMap:
      request.classMap ?? (model.classMap as string | ClassMapDocument | undefined) ?? undefined,
    model: request.model ?? model.path,
    sha256: model.sha256,
  });
  return await opening.catch((error: unknown) => {
    throw request.classMap === undefined ? ofRecorded(error, folder) : error;
  });
}

/** A class map that does not fit is the one in the index. */
function ofRecorded(error: unknown, folder: string): unknown {
  if (!(error instanceof SpuriousError) || error.code !== "CLASS_MAP_INVALID") return error;
  return new SpuriousError(
    "CLASS_MAP_INVALID",
    `running the PCA's model: ${folder}: its ${INDEX_NAME}: ${error.message}`,
    { input: folder, cause: error },
  );
}

/** Without the fields that are undefined, which would hide those they are spread over. */
function definedOf<T extends object>(request: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
