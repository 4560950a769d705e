import { Command, Option } from "clipanion";
import { submitSlurm } from "../../cluster/slurm/submit.js";
import { counted } from "../../report/format.js";
import { BaseCommand } from "../base.js";

export class SlurmSubmitCommand extends BaseCommand {
  static override paths = [["slurm", "submit"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "submit what is missing of a plan",
    details: `
      Submits the parts of a plan that are neither done nor in the queue, as one array job. It can be
      called again at any time: after failures it submits what is missing, else it does nothing.
    `,
    examples: [["A plan", "spurious-native slurm submit plan"]],
  });

  plan = Option.String({ name: "PLAN" });

  async execute(): Promise<number> {
    const result = await submitSlurm(this.plan);
    const { job, submitted, done, queued } = result;
    this.print(result, () => [
      job === null
        ? `nothing to submit: ${counted(done.length, "part")} done, ${String(queued.length)} in the queue`
        : `job ${job}: ${counted(submitted.length, "task")}; ${counted(done.length, "part")} done before, ${String(queued.length)} in the queue`,
    ]);
    return 0;
  }
}
