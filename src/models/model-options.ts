import { SpuriousError } from "../errors.js";
import type { ClassMapDocument } from "../imagenet/class-map-file.js";
import type { ModelDescription } from "../native/contract.js";
import type { ModelMetadata } from "./metadata.js";

/** Flags a user may give wherever a model is read; they win over metadata and graph. */
export interface ModelFlags {
  size?: number | undefined;
  mean?: readonly number[] | undefined;
  std?: readonly number[] | undefined;
  normalize?: string | undefined;
  temperature?: number | undefined;
  /** A name or a file, or a document of a model's metadata. */
  classMap?: string | ClassMapDocument | undefined;
}

export type Origin = "flag" | "metadata" | "graph" | "default";

export interface Chosen<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** What is applied to pixels in [0, 1] before the model sees them. */
export interface Normalization {
  /** inside: the model does it; outside: this tool does; none: nobody does. */
  readonly where: "inside" | "outside" | "none";
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export const NORMALIZATIONS = {
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  inception: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  "openai-clip": {
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
} as const;

const IDENTITY = { mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** Pixels per side that the model is given. */
export function chooseInputSize(
  flags: ModelFlags,
  metadata: ModelMetadata,
  graph: ModelDescription,
): Chosen<number> {
  if (flags.size !== undefined) return { value: flags.size, origin: "flag" };
  if (metadata.inputSize !== undefined) return { value: metadata.inputSize, origin: "metadata" };
  if (graph.inputSize !== null) return { value: graph.inputSize, origin: "graph" };
  throw new SpuriousError(
    "INPUT_SIZE_UNKNOWN",
    "choosing the input size: expected --size, metadata in the model file or a graph that fixes it, got none of them",
  );
}

export function chooseNormalization(
  flags: ModelFlags,
  metadata: ModelMetadata,
  graph: ModelDescription,
): Chosen<Normalization> {
  const byFlag = normalizationFlag(flags);
  if (byFlag) return { value: byFlag, origin: "flag" };
  if (metadata.normalization === "inside") {
    return { value: { where: "inside", ...IDENTITY }, origin: "metadata" };
  }
  if (metadata.mean !== undefined && metadata.std !== undefined) {
    return {
      value: { where: "outside", mean: metadata.mean, std: metadata.std },
      origin: "metadata",
    };
  }
  if (graph.normalization !== null) {
    refuseByteInputs(graph);
    return { value: { where: "inside", ...IDENTITY }, origin: "graph" };
  }
  throw new SpuriousError(
    "NORMALIZATION_UNKNOWN",
    "choosing the normalisation: expected a flag, metadata in the model file or a normalisation seen in the graph, got none of them",
  );
}

/** What flags say of the normalisation, if they say anything. @throws USAGE_INVALID */
export function normalizationFlag({ normalize, mean, std }: ModelFlags): Normalization | undefined {
  if (mean !== undefined || std !== undefined) {
    if (mean?.length !== 3 || std?.length !== 3 || normalize !== undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "choosing the normalisation: expected --mean r,g,b together with --std r,g,b, or --normalize alone",
      );
    }
    return {
      where: "outside",
      mean: mean as [number, number, number],
      std: std as [number, number, number],
    };
  }
  if (normalize === undefined) return undefined;
  if (normalize === "inside" || normalize === "none") return { where: normalize, ...IDENTITY };
  if (Object.hasOwn(NORMALIZATIONS, normalize)) {
    return { where: "outside", ...NORMALIZATIONS[normalize as keyof typeof NORMALIZATIONS] };
  }
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing the normalisation: --normalize ${normalize}: expected inside, none, ${Object.keys(NORMALIZATIONS).join(", ")}`,
    { input: normalize },
  );
}

/** A graph that divides by about 255 was made for 0..255, which this tool never gives. */
function refuseByteInputs(graph: ModelDescription): void {
  if (!graph.normalization?.std.some((value) => Math.abs(value) > 30)) return;
  throw new SpuriousError(
    "NORMALIZATION_UNKNOWN",
    `choosing the normalisation: the graph divides its input by ${graph.normalization.std.join(", ")}: expected a model of inputs in [0, 1], got one of 0 to 255`,
    { hint: "pass --mean 0,0,0 --std 0.00392156862745098,0.00392156862745098,0.00392156862745098" },
  );
}

export function chooseTemperature(flags: ModelFlags, metadata: ModelMetadata): Chosen<number> {
  if (flags.temperature !== undefined) return { value: flags.temperature, origin: "flag" };
  if (metadata.temperature !== undefined) {
    return { value: metadata.temperature, origin: "metadata" };
  }
  return { value: 1, origin: "default" };
}
