import { countOf, type DenseTensor, toFloat32 } from "../../artefacts/dense.js";
import { printable } from "../../artefacts/invalid.js";
import type { TorchTensor } from "../../artefacts/torch-tensor.js";
import { SpuriousError } from "../../errors.js";
import type { NamedTensor } from "../../native/contract.js";
import { type Architecture, architecturesLike } from "./architectures.js";
import type { TensorPlan } from "./module-plan.js";

/** Names shown of each kind of trouble. */
const SHOWN = 3;

/**
 * Compares names and shapes of a checkpoint with those an architecture wants.
 * @throws CHECKPOINT_INVALID listing the first names that are missing, too many or of another shape
 */
export function requireMatch(
  path: string,
  architecture: Architecture,
  wanted: ReadonlyMap<string, TensorPlan>,
  tensors: ReadonlyMap<string, TorchTensor>,
  classes: number,
): void {
  // PyTorch before 0.4.1 did not count batches; the count changes nothing here.
  const missing = [...wanted].flatMap(([name, { counts }]) =>
    tensors.has(name) || counts ? [] : [name],
  );
  const unexpected = [...tensors.keys()].filter((name) => !wanted.has(name));
  const misshaped = [...wanted].flatMap(([name, { shape }]) => {
    const got = tensors.get(name)?.shape;
    const same = got === undefined || got.join() === shape.join();
    return same ? [] : [`${name} [${got.join(", ")}] in place of [${shape.join(", ")}]`];
  });
  const troubles = [
    listed("missing", missing),
    listed("unexpected", unexpected),
    listed("of another shape", misshaped),
  ].filter((text) => text !== "");
  if (troubles.length === 0) return;
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const alike = architecturesLike(shapes, classes);
  throw new SpuriousError(
    "CHECKPOINT_INVALID",
    `matching a checkpoint: ${path}: expected the tensors of ${architecture}, got ${printable(troubles.join("; "))}`,
    {
      input: path,
      ...(alike.length > 0 &&
        !alike.includes(architecture) && {
          hint: `its tensors have the names and shapes of ${alike.join(", ")}: pass --arch ${alike[0] ?? ""}`,
        }),
    },
  );
}

function listed(kind: string, names: readonly string[]): string {
  if (names.length === 0) return "";
  const more = names.length > SHOWN ? " ..." : "";
  return `${String(names.length)} ${kind} (${names.slice(0, SHOWN).join(", ")}${more})`;
}

/** Outputs of the last layer, as the checkpoint has them. */
export function classesOf(tensors: ReadonlyMap<string, TorchTensor>, otherwise: number): number {
  const [rows, ...columns] = tensors.get("fc.weight")?.shape ?? [];
  return rows !== undefined && columns.length === 1 ? rows : otherwise;
}

/** All numbers that a plan wants, one tensor after the other. @throws ARTEFACT_INVALID */
export async function loadNumbers(
  wanted: ReadonlyMap<string, TensorPlan>,
  tensors: ReadonlyMap<string, TorchTensor>,
): Promise<Map<string, NamedTensor["data"]>> {
  const numbers = new Map<string, NamedTensor["data"]>();
  for (const [name, { shape, counts }] of wanted) {
    const loaded = await tensors.get(name)?.load();
    if (counts) numbers.set(name, counter(loaded));
    else numbers.set(name, loaded ? toFloat32(loaded.data) : new Float32Array(countOf(shape)));
  }
  return numbers;
}

function counter(loaded: DenseTensor | undefined): BigInt64Array {
  const [value = 0] = loaded?.data ?? [];
  return BigInt64Array.of(typeof value === "bigint" ? value : BigInt(Math.trunc(value)));
}
