import type { ModuleSpec, NamedTensor } from "../../native/contract.js";

/** A tensor that a module wants. */
export interface TensorPlan {
  readonly name: string;
  /** [] for a single number. */
  readonly shape: readonly number[];
  /** A count, kept as int64; all others are float32. */
  readonly counts?: true;
}

/** A TorchScript module without its numbers. */
export interface ModulePlan {
  /** Of the TorchScript class. */
  readonly name: string;
  /** Its methods. */
  readonly source: string;
  readonly parameters: readonly TensorPlan[];
  readonly buffers: readonly TensorPlan[];
  readonly children: readonly { readonly name: string; readonly module: ModulePlan }[];
}

/** All tensors of a plan by their name in the state dict, in its order. */
export function tensorsOf(plan: ModulePlan, prefix = ""): Map<string, TensorPlan> {
  const own = [...plan.parameters, ...plan.buffers].map((tensor): [string, TensorPlan] => [
    prefix + tensor.name,
    tensor,
  ]);
  const below = plan.children.flatMap(({ name, module }) => [
    ...tensorsOf(module, `${prefix}${name}.`),
  ]);
  return new Map([...own, ...below]);
}

/** The plan with numbers. @param numbers by name in the state dict; every one of the plan's */
export function fillPlan(
  plan: ModulePlan,
  numbers: ReadonlyMap<string, NamedTensor["data"]>,
  prefix = "",
): ModuleSpec {
  const fill = ({ name, shape }: TensorPlan): NamedTensor => {
    const data = numbers.get(prefix + name);
    if (data === undefined) throw new RangeError(`no numbers of ${prefix}${name}`);
    return { name, shape, data };
  };
  return {
    name: plan.name,
    source: plan.source,
    parameters: plan.parameters.map(fill),
    buffers: plan.buffers.map(fill),
    children: plan.children.map(({ name, module }) => ({
      name,
      module: fillPlan(module, numbers, `${prefix}${name}.`),
    })),
  };
}
