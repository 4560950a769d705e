import { Option } from "clipanion";
import type { MergedParts } from "../cluster/merge-parts.js";
import type { PartDocument, PlannedWork } from "../cluster/part.js";
import type { PartPlace } from "../cluster/part-folder.js";
import { runWorkers } from "../cluster/run-workers.js";
import { SpuriousError } from "../errors.js";
import type { ClassifierRequest } from "../models/classifier.js";
import type { DType } from "../native/contract.js";
import { BaseCommand, numberTriple, oneOf, positiveNumber, wholeNumber } from "./base.js";
import { type PartFlags, partPlace, requireOut, workerCount } from "./part-options.js";

const DTYPES: readonly DType[] = ["fp32", "bf16", "fp16"];

/** Options of every command that reads a model. */
export abstract class ModelCommand extends BaseCommand {
  device = Option.String("--device", "auto", { description: "auto, cpu, cuda or cuda:N" });
  dtype = Option.String("--dtype", "fp32", { description: "fp32, bf16 or fp16" });
  batch = Option.String("--batch", { description: "Images per forward pass" });
  threads = Option.String("--threads", { description: "CPU threads of the forward pass" });
  size = Option.String("--size", { description: "Input size in pixels" });
  mean = Option.String("--mean", { description: "r,g,b subtracted from inputs in [0, 1]" });
  std = Option.String("--std", { description: "r,g,b that inputs are divided by after that" });
  normalize = Option.String("--normalize", {
    description: "inside, imagenet, inception, openai-clip or none",
  });
  temperature = Option.String("--temperature", { description: "Divides the logits" });
  classMap = Option.String("--class-map", {
    description:
      "imagenet1k, imagenet12k, imagenet21k-google, imagenet21k-fall11, imagenet21k-miil, imagenet21k-miil-w21, imagenet22k-ms or a file of classes",
  });
  sha256 = Option.String("--sha256", {
    description: "Refuse the model file unless it has this SHA-256 (a model file is a program)",
  });
  allowNoHead = Option.Boolean("--allow-no-head", false, {
    description: "Accept a model whose last linear layer cannot be found",
  });

  /**
   * Does a part, or the whole in workers, where a command with the options of part-options.ts was asked
   * for one of them.
   * @returns the part, the result that was merged, or null: the whole is to be done here
   */
  protected async inParts(
    flags: PartFlags,
    doPart: (place: PartPlace) => Promise<PartDocument>,
  ): Promise<PartDocument | MergedParts | null> {
    const place = partPlace(flags);
    const workers = workerCount(flags.workers, this.device);
    if (place !== null && workers !== null) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: expected a part by one process, got --workers or a list of devices as well",
        { hint: "do more parts at once, each with a device of its own (--device cuda:N)" },
      );
    }
    if (place !== null) return await doPart(place);
    if (workers === null) return null;
    return await runWorkers({
      commandLine: this.commandLine,
      workers,
      out: requireOut(flags.out),
      device: this.device,
      threads: wholeNumber("--threads", this.threads, 1),
      force: flags.force,
      resume: flags.resume,
      signal: this.signal,
      progress: this.progress,
      onWarning: (text) => this.warn(text),
    });
  }

  /** What there is to do, where the command can be done in parts; null where it cannot. */
  countWork(): Promise<PlannedWork | null> {
    return Promise.resolve(null);
  }

  protected classifierRequest(model: string): ClassifierRequest {
    return {
      model,
      device: this.device,
      dtype: oneOf("--dtype", this.dtype, DTYPES),
      batch: wholeNumber("--batch", this.batch, 1),
      threads: wholeNumber("--threads", this.threads, 1),
      size: wholeNumber("--size", this.size, 1),
      mean: numberTriple("--mean", this.mean),
      std: numberTriple("--std", this.std),
      normalize: this.normalize,
      temperature: positiveNumber("--temperature", this.temperature),
      classMap: this.classMap,
      sha256: this.sha256,
      allowNoHead: this.allowNoHead,
      onWarning: (text) => this.warn(text),
    };
  }
}
