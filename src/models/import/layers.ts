import type { ModulePlan } from "./module-plan.js";

export interface ConvolutionOptions {
  /** Side of the square kernel; padding keeps the size at stride 1. */
  readonly kernel: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** torch.nn.Conv2d without bias. */
export function convolution(
  inputs: number,
  outputs: number,
  { kernel, stride = 1, groups = 1 }: ConvolutionOptions,
): ModulePlan {
  const twice = (value: number): string => `[${String(value)}, ${String(value)}]`;
  const padding = (kernel - 1) / 2;
  const options = `${twice(stride)}, ${twice(padding)}, [1, 1], ${String(groups)}`;
  return {
    name: "Conv2d",
    source: method(`return torch.conv2d(x, self.weight, None, ${options})`),
    parameters: [{ name: "weight", shape: [outputs, inputs / groups, kernel, kernel] }],
    buffers: [],
    children: [],
  };
}

/** torch.nn.BatchNorm2d in evaluation mode, with PyTorch's default epsilon. */
export function batchNorm(channels: number): ModulePlan {
  const statistics = "self.weight, self.bias, self.running_mean, self.running_var";
  return {
    name: "BatchNorm2d",
    source: method(`return torch.batch_norm(x, ${statistics}, False, 0.1, 1e-05, True)`),
    parameters: [
      { name: "weight", shape: [channels] },
      { name: "bias", shape: [channels] },
    ],
    buffers: [
      { name: "running_mean", shape: [channels] },
      { name: "running_var", shape: [channels] },
      { name: "num_batches_tracked", shape: [], counts: true },
    ],
    children: [],
  };
}

/** torch.nn.Linear with bias. */
export function linear(inputs: number, outputs: number): ModulePlan {
  return {
    name: "Linear",
    source: method("return torch.linear(x, self.weight, self.bias)"),
    parameters: [
      { name: "weight", shape: [outputs, inputs] },
      { name: "bias", shape: [outputs] },
    ],
    buffers: [],
    children: [],
  };
}

/** torch.nn.Sequential: children are named by their position. */
export function sequential(modules: readonly ModulePlan[]): ModulePlan {
  const calls = modules.map((_, i) => `x = getattr(self, "${String(i)}").forward(x)`);
  return {
    name: "Sequential",
    source: method(...calls, "return x"),
    parameters: [],
    buffers: [],
    children: modules.map((module, i) => ({ name: String(i), module })),
  };
}

/** (x - mean) / std of pictures in [0, 1], then the model. */
export function normalizedInput(model: ModulePlan): ModulePlan {
  return {
    name: "NormalizedInput",
    source: method("return self.model.forward((x - self.mean) / self.std)"),
    parameters: [],
    buffers: [
      { name: "mean", shape: [1, 3, 1, 1] },
      { name: "std", shape: [1, 3, 1, 1] },
    ],
    children: [{ name: "model", module: model }],
  };
}

/**
 * forward(self, x) with these lines. Children are called by `forward`: calling the child itself is
 * something that only Python's modules know.
 */
export function method(...lines: readonly string[]): string {
  return ["def forward(self, x):", ...lines.map((line) => `    ${line}`), ""].join("\n");
}
