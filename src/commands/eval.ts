import { Command, Option } from "clipanion";
import type { PlannedWork } from "../cluster/part.js";
import { demoModel, demoRequest } from "../demo/demo.js";
import { SpuriousError } from "../errors.js";
import { evaluate, type EvaluateRequest } from "../evaluation/evaluate.js";
import { countImages, evaluatePart } from "../evaluation/evaluate-part.js";
import { evaluateMany } from "../evaluation/evaluate-many.js";
import { readModelList } from "../evaluation/model-list.js";
import { wholeNumber } from "./base.js";
import { BenchmarkCommand } from "./benchmark-command.js";
import { partLines, partPlace, partsOption, shardOption, workersOption } from "./part-options.js";
import { evalLines, manyLines, refuseSkipped, warnings } from "./eval-output.js";

export class EvalCommand extends BenchmarkCommand {
  static override paths = [["eval"]];
  static override usage = Command.Usage({
    category: "Score",
    description: "the spurious score of TorchScript classifiers",
    details: `
      Runs the model over the spurious and the validation pictures and prints, per class, how well
      it ranks the class's own pictures above those that show only the spurious feature: average
      precision (the published "spurious AUC"), the area under the ROC curve beside it, and 95 %
      bootstrap intervals. With \`--out\` it writes result.json, spurious_score.txt, classes.csv,
      images.csv, images.parquet and report.html.

      Several models, or those of \`--list\`, are evaluated one after the other, each into a folder
      of its own below \`--out\`, named after its file. Models that are done already are not done
      again, one that fails does not stop the others, and a table of all ends the run; the exit
      status is that of the first failure.

      Data are found by \`--data\` and \`--val\`, else SPURIOUS_IMAGENET and IMAGENET_ROOT, else
      spurious-native.config.json. A model file is a program: loading it runs it.
    `,
    examples: [
      ["The embedded demo", "spurious-native eval --demo"],
      [
        "A model on Spurious ImageNet",
        "spurious-native eval model.pt --data spurious_imagenet --val imagenet/val --out results/model",
      ],
      [
        "All models that a text file lists",
        "spurious-native eval --list models.txt --data spurious_imagenet --val imagenet/val --out results",
      ],
    ],
  });

  models = Option.Rest({ name: "MODEL" });
  list = Option.String("--list", {
    description: "Text file of more models: a path on each line, # for comments",
  });
  demo = Option.Boolean("--demo", false, {
    description: "Evaluate the embedded demo, or MODEL on the demo's pictures",
  });

  shard = shardOption();
  parts = partsOption();
  workers = workersOption();

  async execute(): Promise<number> {
    const maxSkipped = wholeNumber("--max-skipped", this.maxSkipped, 0);
    const models = [...this.models, ...(await this.#listed())];
    if (models.length > 1 || this.list !== undefined) return this.#evaluateMany(models, maxSkipped);
    const request = this.#request(models[0]);
    const done = await this.inParts(this, (place) =>
      evaluatePart({ ...request, ...place, maxSkipped }),
    );
    if (done !== null && "shard" in done) {
      // Pictures that cannot be read are told by the whole.
      this.print(done, () => partLines(done));
      return 0;
    }
    const result = done?.command === "eval" ? done.result : await evaluate(request);
    for (const warning of warnings(result)) this.warn(warning);
    this.print(result, () => evalLines(result, this.style));
    if (this.out !== undefined) this.note(`results are in ${this.out}`);
    refuseSkipped(result, maxSkipped);
    return 0;
  }

  override countWork(): Promise<PlannedWork> {
    if (this.models.length > 1 || this.list !== undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: expected one model to be evaluated in parts, got several",
      );
    }
    wholeNumber("--max-skipped", this.maxSkipped, 0);
    return countImages(this.#request(this.models[0]));
  }

  #listed(): Promise<string[]> {
    return this.list === undefined ? Promise.resolve([]) : readModelList(this.list);
  }

  async #evaluateMany(models: readonly string[], maxSkipped: number): Promise<number> {
    if (partPlace(this) !== null || this.workers !== undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        `reading the command line: --shard, --workers: expected one model beside them, got ${String(models.length)}`,
      );
    }
    if (this.sha256 !== undefined) {
      throw new SpuriousError(
        "USAGE_INVALID",
        `reading the command line: --sha256: expected one model beside it, got ${String(models.length)}`,
      );
    }
    const result = await evaluateMany({
      ...this.#request(""),
      models,
      accept: (one) => refuseSkipped(one, maxSkipped),
      onStart: ({ name }, place, count) =>
        this.note(`${name} (${String(place)} of ${String(count)})`),
      onResult: ({ name }, one) => {
        for (const warning of warnings(one)) this.warn(`${name}: ${warning}`);
      },
      onFailure: ({ name }, error) => this.printError(error, name),
    });
    this.print(result, () => manyLines(result, this.style));
    if (this.out !== undefined) this.note(`results are in folders of ${this.out}`);
    return result.models.find(({ exitStatus }) => exitStatus !== 0)?.exitStatus ?? 0;
  }

  #request(model: string | undefined): EvaluateRequest {
    if (model === undefined && !this.demo) {
      throw new SpuriousError(
        "USAGE_INVALID",
        "reading the command line: MODEL: expected the path of a TorchScript file, got none",
        { hint: "name a model, or pass --demo" },
      );
    }
    const own = this.evaluateRequest(model ?? demoModel());
    return this.demo ? demoRequest(own) : own;
  }
}
