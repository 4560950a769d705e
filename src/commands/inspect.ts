import { Command, Option } from "clipanion";
import { inspectModel, type ModelInspection } from "../models/inspect.js";
import type { NativeHead } from "../native/contract.js";
import { count } from "../report/format.js";
import { BaseCommand } from "./base.js";

export class InspectCommand extends BaseCommand {
  static override paths = [["inspect"]];
  static override usage = Command.Usage({
    category: "Inspect",
    description: "what a model file is",
    details: `
      Prints kind, classes, penultimate features, head, last feature map, normalisation seen in the
      graph, input size, metadata and SHA-256. A model file is a program: it is loaded in a process
      of its own, so that a file that brings libtorch down is an error like any other. Check files
      of others with \`--sha256\` before you evaluate them.
    `,
    examples: [["Look at a file", "spurious-native inspect model.pt"]],
  });

  model = Option.String({ name: "MODEL" });
  sha256 = Option.String("--sha256", { description: "Refuse the file unless it has this SHA-256" });

  async execute(): Promise<number> {
    const inspection = await inspectModel(this.model, this.sha256);
    this.print(inspection, () => lines(inspection));
    return 0;
  }
}

function lines(model: ModelInspection): string[] {
  const { head, featureMap, normalization, metadata } = model;
  const facts: [string, string][] = [
    ["file", model.path],
    ["sha256", model.sha256],
    ["kind", kindOf(model)],
    ["parameters", `${count(model.parameters)} (${model.parameterDtypes.join(", ")})`],
    ["output", describeOutput(model)],
    ["head", head === null ? `none: ${model.headMissing ?? "not found"}` : describeHead(head)],
    [
      "feature map",
      featureMap === null
        ? "none found"
        : `${featureMap.kind}, made by ${featureMap.operation}, pooled by ${featureMap.pooling}`,
    ],
    [
      "normalisation",
      normalization === null
        ? "none seen in the graph"
        : `inside: mean ${numbers(normalization.mean)}, std ${numbers(normalization.std)}`,
    ],
    [
      "input",
      `${model.inputSize === null ? "size not fixed by the graph" : `${model.inputSize} px`}, ${model.inputChannels ?? "unknown"} channels`,
    ],
    ["metadata", metadata === null ? "none" : ""],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return [
    ...facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd()),
    ...Object.entries(metadata ?? {}).map(([name, value]) => `  ${name}: ${shortened(value)}`),
    "",
    "A model file is a program; loading it ran its code in a process of its own. Pin it with --sha256.",
  ];
}

function describeHead({ kind, features, classes, bias, addend }: NativeHead): string {
  const size = `${kind}, ${count(features)} features -> ${count(classes)} classes`;
  const rest = addend === null ? "" : `; its output is one part of the logits, ${addend} the other`;
  return `${size}${bias ? "" : ", no bias"}${rest}`;
}

function describeOutput({ output, outputKey, softmaxRemoved }: ModelInspection): string {
  const where = outputKey === null ? output : `${output}, logits at "${outputKey}"`;
  return softmaxRemoved ? `${where}, softmax at the end taken off` : where;
}

function numbers(values: readonly number[]): string {
  return values.map((value) => String(Number(value.toPrecision(6)))).join(", ");
}

/** Class maps inside metadata may hold thousands of classes. */
function shortened(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

function kindOf({ kind, typeName }: ModelInspection): string {
  if (kind === "compiled") return "package compiled ahead of time (AOTInductor)";
  return `TorchScript, ${kind}, type ${typeName || "unknown"}`;
}
