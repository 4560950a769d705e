import { Command, Option } from "clipanion";
import { mergeSlurm } from "../../cluster/slurm/merge.js";
import { MergingCommand } from "../merging-command.js";

export class SlurmMergeCommand extends MergingCommand {
  static override paths = [["slurm", "merge"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "the result of a plan whose parts are done",
    details: `
      Checks that all parts are there, unchanged and of the same settings, and writes the result that
      one run gives. What is missing is named. It can be called again; the parts are left as they are.

      The pictures that a result shows are read again: where a task has seen them, unless \`--data\`,
      \`--val\` or \`--pool\` say where they are now.
    `,
    examples: [["A plan", "spurious-native slurm merge plan"]],
  });

  plan = Option.String({ name: "PLAN" });

  execute(): Promise<number> {
    const { plan, signal, own } = this;
    return this.show(() => mergeSlurm(plan, { ...own, signal }));
  }
}
