import { basename } from "node:path";
import { TorchFile } from "../../artefacts/torch-file.js";
import { SpuriousError } from "../../errors.js";
import type { ModuleSpec, NamedTensor } from "../../native/contract.js";
import { addon } from "../../native/load.js";
import { native } from "../../native/native-error.js";
import { writeFailed } from "../../results/atomic.js";
import { refuseExisting } from "../../results/result-folder.js";
import { writeThrough } from "../../results/write-through.js";
import { METADATA_SCHEMA, type ModelMetadata } from "../metadata.js";
import type { ModelFlags } from "../model-options.js";
import { sha256File } from "../sha256.js";
import { type Architecture, parameterCount, planOf, requireArchitecture } from "./architectures.js";
import { normalizedInput } from "./layers.js";
import { classesOf, loadNumbers, requireMatch } from "./match-weights.js";
import { fillPlan, type ModulePlan, tensorsOf } from "./module-plan.js";
import {
  chooseNormalization,
  givenNormalization,
  type ImportedNormalization,
  ownNormalization,
  shortNumbers,
} from "./normalization.js";
import { type ImportPreset, requireImportPreset } from "./presets.js";
import { findWeights, type FoundWeights } from "./state-dict.js";

export interface ImportModelRequest
  extends Pick<ModelFlags, "size" | "mean" | "std" | "normalize" | "temperature"> {
  /** A file of torch.save. */
  readonly checkpoint: string;
  /** One of ARCHITECTURES; may be left out with a preset. */
  readonly arch?: string | undefined;
  /** One of IMPORT_PRESETS; other fields win over it. */
  readonly preset?: string | undefined;
  /** The TorchScript file to write. */
  readonly to: string;
  /** In the metadata; default: the architecture. */
  readonly name?: string | undefined;
  readonly license?: string | undefined;
  /** Replace the file. */
  readonly force?: boolean | undefined;
}

/** What was found in a checkpoint and what becomes of it. */
export interface PlannedImport {
  readonly architecture: Architecture;
  readonly classes: number;
  readonly parameters: number;
  readonly normalization: ImportedNormalization | null;
  readonly metadata: ModelMetadata;
  /** What a person should know, one sentence each. */
  readonly notes: readonly string[];
  readonly module: ModuleSpec;
}

export interface ImportedModel extends Omit<PlannedImport, "module"> {
  readonly file: string;
  readonly sha256: string;
}

export const DEFAULT_INPUT_SIZE = 224;
const DEFAULT_CLASSES = 1000;

/**
 * Makes a TorchScript model of a PyTorch checkpoint, without Python and without running anything of
 * the checkpoint: the architecture comes from this program, the numbers from the file.
 * @throws ARTEFACT_INVALID no file of torch.save; CHECKPOINT_INVALID other weights than the
 *   architecture's; NORMALIZATION_UNKNOWN, USAGE_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
 */
export async function importModel(request: ImportModelRequest): Promise<ImportedModel> {
  const { to, force = false } = request;
  await refuseExisting(to, force);
  const { module, ...planned } = await planImport(request);
  const extraFiles = { "spurious_native.json": `${JSON.stringify(planned.metadata, null, 1)}\n` };
  const sha256 = await writeThrough(to, async (temporary) => {
    await native(addon().writeModule(module, temporary, extraFiles)).catch((cause: unknown) => {
      // The sources are this program's own and compile; what is left is the disk.
      throw writeFailed(to, cause);
    });
    return sha256File(temporary);
  });
  return { file: to, sha256, ...planned };
}

/** Everything but the writing. @throws as importModel */
export async function planImport(
  request: Omit<ImportModelRequest, "to" | "force">,
): Promise<PlannedImport> {
  const preset = request.preset === undefined ? null : requireImportPreset(request.preset);
  const architecture = requireArchitecture(request.arch ?? preset?.arch ?? missingArchitecture());
  const given = givenNormalization(request);
  await using file = await TorchFile.open(request.checkpoint);
  const found = findWeights(file.path, file.value);
  const classes = classesOf(found.tensors, DEFAULT_CLASSES);
  const plan = planOf(architecture, classes);
  const wanted = tensorsOf(plan);
  requireMatch(file.path, architecture, wanted, found.tensors, classes);
  const own = await ownNormalization(file.path, found);
  const normalization = chooseNormalization(file.path, given, own, preset);
  const numbers = await loadNumbers(wanted, found.tensors);
  return {
    architecture,
    classes,
    parameters: parameterCount(plan),
    normalization,
    metadata: await describeModel(request, preset, architecture, classes, normalization),
    notes: notesOf(found, normalization, own, classes),
    module:
      normalization === null
        ? fillPlan(plan, numbers)
        : normalizedModule(plan, numbers, normalization),
  };
}

function normalizedModule(
  plan: ModulePlan,
  numbers: ReadonlyMap<string, NamedTensor["data"]>,
  { mean, std }: ImportedNormalization,
): ModuleSpec {
  const all = new Map<string, NamedTensor["data"]>([
    ["mean", Float32Array.from(mean)],
    ["std", Float32Array.from(std)],
  ]);
  for (const [name, data] of numbers) all.set(`model.${name}`, data);
  return fillPlan(normalizedInput(plan), all);
}

function missingArchitecture(): never {
  throw new SpuriousError(
    "USAGE_INVALID",
    "choosing an architecture: expected --arch or --preset, got neither",
    { hint: "`spurious-native models list` shows what can be imported" },
  );
}

async function describeModel(
  request: Omit<ImportModelRequest, "to" | "force">,
  preset: ImportPreset | null,
  architecture: Architecture,
  classes: number,
  normalization: ImportedNormalization | null,
): Promise<ModelMetadata> {
  const { checkpoint, name, license, size, temperature } = request;
  const sha256 = await sha256File(checkpoint);
  const triple = (values: readonly number[]) => [...values] as [number, number, number];
  return {
    schema: METADATA_SCHEMA,
    name: name ?? request.preset ?? architecture,
    source: `checkpoint ${basename(checkpoint)} (SHA-256 ${sha256}), architecture ${architecture}`,
    ...(license !== undefined && { license }),
    inputSize: size ?? preset?.size ?? DEFAULT_INPUT_SIZE,
    ...(normalization !== null && {
      mean: triple(normalization.mean),
      std: triple(normalization.std),
    }),
    normalization: "inside",
    ...(classes === DEFAULT_CLASSES && { classMap: "imagenet1k" }),
    temperature: temperature ?? preset?.temperature ?? 1,
  };
}

function notesOf(
  { attacker, normalizer, under, prefix }: FoundWeights,
  normalization: ImportedNormalization | null,
  own: ImportedNormalization | null,
  classes: number,
): string[] {
  const notes: string[] = [];
  if (attacker.length > 0) {
    notes.push(
      `a checkpoint of the robustness library: the model's own weights are used, the attacker's ${String(attacker.length)} tensors are left out`,
    );
  }
  if (under !== null) notes.push(`the state dict is under "${under}"`);
  if (prefix !== "") notes.push(`names begin with "${prefix}", which is taken off`);
  if (normalizer !== null && own !== null) {
    const used =
      normalization?.origin === "checkpoint" ? "used" : "not used, a flag says otherwise";
    notes.push(
      `the checkpoint's normaliser has mean ${shortNumbers(own.mean)} and std ${shortNumbers(own.std)}: ${used}`,
    );
  }
  if (classes !== DEFAULT_CLASSES) {
    notes.push(
      `no class map is known for ${String(classes)} outputs: pass --class-map to every command that reads the model`,
    );
  }
  return notes;
}
