import { printable } from "../../artefacts/invalid.js";
import { describe, type PickleDict, type PickleValue } from "../../artefacts/pickle-values.js";
import { TorchTensor } from "../../artefacts/torch-tensor.js";
import { SpuriousError } from "../../errors.js";

/** The weights of a checkpoint, freed of what was wrapped around them. */
export interface FoundWeights {
  /** By torchvision's names. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Key of the dictionary that holds the state dict; null where it is the whole file. */
  readonly under: string | null;
  /** What stood before every name, for example "module.". */
  readonly prefix: string;
  /** Mean and standard deviation that stand beside the model: [3] each, whatever their shape. */
  readonly normalizer: { readonly mean: TorchTensor; readonly std: TorchTensor } | null;
  /** The attacker's tensors of the `robustness` library: copies of the model's, left out. */
  readonly attacker: readonly string[];
}

type NamedTensors = ReadonlyMap<string, TorchTensor>;

/** Where training scripts put the state dict. */
const KEYS = ["state_dict", "model", "model_state_dict"];

/** DataParallel, wrappers that call their model `model`, torch.compile, places in a Sequential. */
const ROOT = /^((?:(?:module|model|_orig_mod|\d+)\.)*)conv1\.weight$/;
/** `robustness` keeps a normaliser beside the model; other wrappers keep mean and std themselves. */
const NORMALIZER = /^(?:(?:module|\d+)\.)*(?:normalizer\.new_|normalize\.)?(mean|std)$/;
const ATTACKER = /^(?:module\.)*attacker\./;

/**
 * The weights in what torch.save stored: a state dict, or one under `state_dict`, `model` or
 * `model_state_dict`; names with the prefixes of DataParallel and of wrappers; the format of the
 * `robustness` library.
 * @throws CHECKPOINT_INVALID
 */
export function findWeights(path: string, value: PickleValue): FoundWeights {
  const { named, under } = findStateDict(path, value);
  const roots = [...named.keys()].flatMap((name) => ROOT.exec(name)?.slice(1) ?? []);
  const [prefix] = roots;
  if (prefix === undefined || roots.length !== 1) {
    const names = [...named.keys()].slice(0, 5).join(", ");
    const got = roots.length > 1 ? `several of them (${roots.join(", ")})` : names;
    throw invalid(path, "a model whose first layer is named conv1", got);
  }
  const tensors = new Map<string, TorchTensor>();
  const beside = new Map<string, TorchTensor>();
  const attacker: string[] = [];
  for (const [name, tensor] of named) {
    const isBeside = prefix !== "" && NORMALIZER.test(name);
    if (ATTACKER.test(name)) attacker.push(name);
    else if (isBeside) beside.set(NORMALIZER.exec(name)?.[1] ?? "", tensor);
    // A name elsewhere is kept whole: it is then reported as one that does not belong.
    else tensors.set(name.startsWith(prefix) ? name.slice(prefix.length) : name, tensor);
  }
  const mean = beside.get("mean");
  const std = beside.get("std");
  const normalizer = mean && std ? { mean, std } : null;
  return { tensors, under, prefix, normalizer, attacker };
}

function findStateDict(
  path: string,
  value: PickleValue,
): { named: NamedTensors; under: string | null } {
  if (!(value instanceof Map)) throw invalid(path, "a dictionary of tensors", describe(value));
  // Training scripts may keep a tensor or two beside the state dict, such as the best accuracy.
  const candidates = [null, ...KEYS].flatMap((under) => {
    const dict = under === null ? value : value.get(under);
    const named = dict instanceof Map ? tensorsIn(dict) : new Map<string, TorchTensor>();
    return named.size > 0 ? [{ named, under }] : [];
  });
  const isModel = ({ named }: { named: NamedTensors }): boolean =>
    [...named.keys()].some((name) => ROOT.test(name));
  const found = candidates.find(isModel) ?? candidates.sort(moreTensors)[0];
  if (found !== undefined) return found;
  const keys = [...value.keys()].slice(0, 10).map(describe).join(", ");
  throw invalid(
    path,
    `a state dict, or one under ${KEYS.join(", ")}`,
    value.size === 0 ? "an empty dictionary" : `a dictionary of ${keys}`,
  );
}

function moreTensors(a: { named: NamedTensors }, b: { named: NamedTensors }): number {
  return b.named.size - a.named.size;
}

function tensorsIn(dict: PickleDict): NamedTensors {
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of dict) {
    if (typeof name === "string" && tensor instanceof TorchTensor) tensors.set(name, tensor);
  }
  return tensors;
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "CHECKPOINT_INVALID",
    `reading a checkpoint: ${path}: expected ${expected}, got ${printable(got)}`,
    { input: path },
  );
}
