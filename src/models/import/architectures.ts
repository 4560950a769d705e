import { SpuriousError } from "../../errors.js";
import { type ModulePlan, tensorsOf } from "./module-plan.js";
import { resNet, type ResNetShape } from "./resnet.js";

const bottleneck = (
  blocks: ResNetShape["blocks"],
  groups = 1,
  widthPerGroup = 64,
): ResNetShape => ({ block: "bottleneck", blocks, groups, widthPerGroup });

const basic = (blocks: ResNetShape["blocks"]): ResNetShape => ({
  block: "basic",
  blocks,
  groups: 1,
  widthPerGroup: 64,
});

/** By torchvision's names. */
const SHAPES = {
  resnet18: basic([2, 2, 2, 2]),
  resnet34: basic([3, 4, 6, 3]),
  resnet50: bottleneck([3, 4, 6, 3]),
  resnet101: bottleneck([3, 4, 23, 3]),
  resnet152: bottleneck([3, 8, 36, 3]),
  wide_resnet50_2: bottleneck([3, 4, 6, 3], 1, 128),
  wide_resnet101_2: bottleneck([3, 4, 23, 3], 1, 128),
  resnext50_32x4d: bottleneck([3, 4, 6, 3], 32, 4),
  resnext101_32x8d: bottleneck([3, 4, 23, 3], 32, 8),
  resnext101_64x4d: bottleneck([3, 4, 23, 3], 64, 4),
} as const;

export type Architecture = keyof typeof SHAPES;

/** Architectures that a checkpoint can be imported as. */
export const ARCHITECTURES = Object.keys(SHAPES) as Architecture[];

/** @throws USAGE_INVALID naming those there are */
export function requireArchitecture(name: string): Architecture {
  if (Object.hasOwn(SHAPES, name)) return name as Architecture;
  throw new SpuriousError(
    "USAGE_INVALID",
    `choosing an architecture: ${name}: expected one of ${ARCHITECTURES.join(", ")}, got another`,
    { input: name, hint: "export other models with tools/export_model.py; see docs/own-model.md" },
  );
}

/** The modules of an architecture with so many outputs. */
export function planOf(architecture: Architecture, classes: number): ModulePlan {
  return resNet(SHAPES[architecture], classes);
}

/** Numbers in the parameters, buffers not counted. */
export function parameterCount(plan: ModulePlan): number {
  const own = plan.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((product, side) => product * side, 1),
    0,
  );
  return plan.children.reduce((sum, { module }) => sum + parameterCount(module), own);
}

/**
 * Architectures whose tensors have exactly these names and shapes.
 * @param shapes by name in the state dict, counts of batches or not
 */
export function architecturesLike(
  shapes: ReadonlyMap<string, readonly number[]>,
  classes: number,
): Architecture[] {
  return ARCHITECTURES.filter((architecture) => {
    const wanted = tensorsOf(planOf(architecture, classes));
    const known = [...shapes.keys()].every((name) => wanted.has(name));
    const fits = [...wanted].every(
      ([name, { shape, counts }]) => counts || shapes.get(name)?.join() === shape.join(),
    );
    return known && fits;
  });
}
