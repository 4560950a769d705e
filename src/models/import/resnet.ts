import { batchNorm, convolution, linear, method, sequential } from "./layers.js";
import type { ModulePlan } from "./module-plan.js";

/** What tells the members of torchvision's ResNet family apart. */
export interface ResNetShape {
  readonly block: "basic" | "bottleneck";
  /** Blocks in each of the four stages. */
  readonly blocks: readonly [number, number, number, number];
  /** Of the 3x3 convolutions in bottlenecks. */
  readonly groups: number;
  readonly widthPerGroup: number;
}

/** Channels that the first convolution gives. */
const STEM = 64;
/** A bottleneck gives four times the channels that its stage is named by. */
const EXPANSION = { basic: 1, bottleneck: 4 } as const;

/**
 * ResNet (He et al. 2015), Wide ResNet (Zagoruyko and Komodakis 2016) and ResNeXt (Xie et al. 2016)
 * as torchvision builds them: the stride of a bottleneck is at its 3x3 convolution, and all tensors
 * have torchvision's names.
 */
export function resNet(shape: ResNetShape, classes: number): ModulePlan {
  let channels = STEM;
  const stages = shape.blocks.map((count, at) => {
    const planes = STEM * 2 ** at;
    const blocks = Array.from({ length: count }, (_, i) => {
      const block = makeBlock(shape, channels, planes, i === 0 && at > 0 ? 2 : 1);
      channels = planes * EXPANSION[shape.block];
      return block;
    });
    return { name: `layer${String(at + 1)}`, module: sequential(blocks) };
  });
  return {
    name: "ResNet",
    source: method(
      "x = torch.relu(self.bn1.forward(self.conv1.forward(x)))",
      "x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1], [1, 1], False)",
      ...stages.map(({ name }) => `x = self.${name}.forward(x)`),
      "x = torch.flatten(torch.adaptive_avg_pool2d(x, [1, 1]), 1)",
      "return self.fc.forward(x)",
    ),
    parameters: [],
    buffers: [],
    children: [
      { name: "conv1", module: convolution(3, STEM, { kernel: 7, stride: 2 }) },
      { name: "bn1", module: batchNorm(STEM) },
      ...stages,
      { name: "fc", module: linear(channels, classes) },
    ],
  };
}

interface Step {
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

function makeBlock(
  { block, groups, widthPerGroup }: ResNetShape,
  inputs: number,
  planes: number,
  stride: number,
): ModulePlan {
  const outputs = planes * EXPANSION[block];
  const width = Math.floor(planes * (widthPerGroup / 64)) * groups;
  const steps: Step[] =
    block === "basic"
      ? [
          { outputs, kernel: 3, stride },
          { outputs, kernel: 3 },
        ]
      : [
          { outputs: width, kernel: 1 },
          { outputs: width, kernel: 3, stride, groups },
          { outputs, kernel: 1 },
        ];
  const children = steps.flatMap((step, i) => [
    {
      name: `conv${String(i + 1)}`,
      module: convolution(steps[i - 1]?.outputs ?? inputs, step.outputs, step),
    },
    { name: `bn${String(i + 1)}`, module: batchNorm(step.outputs) },
  ]);
  const shrinks = stride !== 1 || inputs !== outputs;
  const shortcut = [convolution(inputs, outputs, { kernel: 1, stride }), batchNorm(outputs)];
  return {
    name: block === "basic" ? "BasicBlock" : "Bottleneck",
    source: method(...blockLines(steps.length, shrinks)),
    parameters: [],
    buffers: [],
    children: [
      ...children,
      ...(shrinks ? [{ name: "downsample", module: sequential(shortcut) }] : []),
    ],
  };
}

/** ReLU between the convolutions, and after the sum. */
function blockLines(steps: number, shrinks: boolean): string[] {
  const lines = Array.from({ length: steps }, (_, i) => {
    const [from, at] = [i === 0 ? "x" : "y", String(i + 1)];
    const normed = `self.bn${at}.forward(self.conv${at}.forward(${from}))`;
    return i === steps - 1 ? `y = ${normed}` : `y = torch.relu(${normed})`;
  });
  return [...lines, `return torch.relu(y + ${shrinks ? "self.downsample.forward(x)" : "x"})`];
}
