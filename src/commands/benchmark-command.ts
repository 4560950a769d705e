import { Option } from "clipanion";
import type { EvaluateRequest } from "../evaluation/evaluate.js";
import { SOFTMAX_COLUMNS } from "../evaluation/image-row.js";
import { PRESETS } from "../images/presets.js";
import { fraction, oneOf, wholeNumber } from "./base.js";
import { ModelCommand } from "./model-command.js";

/** Options of every command that runs a model over a benchmark. */
export abstract class BenchmarkCommand extends ModelCommand {
  data = Option.String("--data", { description: "Spurious pictures: folder, tar file or URL" });
  val = Option.String("--val", { description: "Validation pictures: folder, tar file or URL" });
  preset = Option.String("--preset", "paper-v2", { description: "paper-v2, paper-v1 or model" });
  cropFraction = Option.String("--crop-fraction", {
    description: "With --preset model: part of the resized shorter side that is kept",
  });
  interpolation = Option.String("--interpolation", {
    description: "With --preset model: bicubic or bilinear",
  });
  out = Option.String("--out", { description: "Result folder" });
  force = Option.Boolean("--force", false, { description: "Replace the result in --out" });
  resume = Option.Boolean("--resume", false, { description: "Go on with the run in --out" });
  bootstrap = Option.String("--bootstrap", "2000", {
    description: "Resamples for the intervals; 0 for none",
  });
  seed = Option.String("--seed", "0", { description: "Seed of the bootstrap" });
  maxSkipped = Option.String("--max-skipped", "0", {
    description: "Unreadable pictures to accept; with more the exit status is 4",
  });
  maxPixels = Option.String("--max-pixels", { description: "Refuse larger pictures" });
  softmax = Option.String("--softmax", "all", {
    description: "Wide heads: softmax over all outputs or the mapped ones",
  });
  allowMissingClasses = Option.Boolean("--allow-missing-classes", false, {
    description: "Leave out classes that the model's head has no output for",
  });

  protected evaluateRequest(model: string): EvaluateRequest {
    return {
      ...this.classifierRequest(model),
      data: this.data,
      val: this.val,
      preset: oneOf("--preset", this.preset, PRESETS),
      cropFraction: fraction("--crop-fraction", this.cropFraction),
      interpolation:
        this.interpolation === undefined
          ? undefined
          : oneOf("--interpolation", this.interpolation, ["bicubic", "bilinear"]),
      out: this.out,
      force: this.force,
      resume: this.resume,
      bootstrap: wholeNumber("--bootstrap", this.bootstrap, 0),
      seed: wholeNumber("--seed", this.seed, 0),
      maxPixels: wholeNumber("--max-pixels", this.maxPixels, 1),
      softmax: oneOf("--softmax", this.softmax, SOFTMAX_COLUMNS),
      allowMissingClasses: this.allowMissingClasses,
      signal: this.signal,
      progress: this.progress,
    };
  }
}
