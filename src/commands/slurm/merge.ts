import { Command, Option } from "clipanion";
import { mergeSlurm } from "../../cluster/slurm/merge.js";
import { BaseCommand } from "../base.js";
import { mergedDocument, mergedLines, mergedWarnings, refuseMerged } from "../merged-lines.js";

export class SlurmMergeCommand extends BaseCommand {
  static override paths = [["slurm", "merge"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "the result of a plan whose parts are done",
    details: `
      Checks that all parts are there, unchanged and of the same settings, and writes the result that
      one run gives. What is missing is named. It can be called again; the parts are left as they are.
    `,
    examples: [["A plan", "spurious-native slurm merge plan"]],
  });

  plan = Option.String({ name: "PLAN" });

  async execute(): Promise<number> {
    const { merged, out } = await mergeSlurm(this.plan, this.signal);
    for (const text of mergedWarnings(merged)) this.warn(text);
    this.print(mergedDocument(merged), () => mergedLines(merged, this.style));
    this.note(`the result is in ${out}`);
    refuseMerged(merged);
    return 0;
  }
}
