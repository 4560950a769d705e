import { join } from "node:path";
import { Command, Option } from "clipanion";
import { listedDevices } from "../../cluster/devices.js";
import type { PlannedWork } from "../../cluster/part.js";
import { measuredRate } from "../../cluster/slurm/measured-rate.js";
import { planSlurm } from "../../cluster/slurm/plan.js";
import { SCRIPT_FILE } from "../../cluster/slurm/plan-file.js";
import { SpuriousError } from "../../errors.js";
import { counted } from "../../report/format.js";
import { BaseCommand, invalidFlag, positiveNumber, wholeNumber } from "../base.js";
import { ModelCommand } from "../model-command.js";
import { countedWork, requireOut } from "../part-options.js";
import { minutesOf } from "./time-limit.js";

export class SlurmPlanCommand extends BaseCommand {
  static override paths = [["slurm", "plan"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "any of the long commands as an array job",
    details: `
      Reads the command line behind \`--\`, counts what there is to do and writes a folder with
      plan.json and job.sbatch, a script to read and to edit. Nothing is submitted: that does
      \`slurm submit\`, any number of times; \`slurm status\` tells how far it is and \`slurm merge\`
      makes the result.

      The number of tasks is given (\`--tasks\`), or follows from the hours one task may take and a
      measured rate: \`--rate\` is a number, or a result of \`eval\` or \`mine\` made on such a
      machine, which says how fast it was.
    `,
    examples: [
      [
        "Twenty tasks with one GPU each",
        "spurious-native slurm plan --to plan --tasks 20 --gpus-per-task 1 --cpus-per-task 8 -- eval model.pt --data spurious_imagenet --val imagenet/val --out results/model",
      ],
      [
        "As many tasks of half an hour as a trial run says",
        "spurious-native slurm plan --to plan --rate results/trial --hours-per-task 0.5 -- pca fit model.pt --train imagenet/train --classes all --out pca",
      ],
    ],
  });

  to = Option.String("--to", { required: true, description: "Folder of the plan" });
  tasks = Option.String("--tasks", { description: "Parts, each of which is a task" });
  rate = Option.String("--rate", {
    description:
      "Images (evidence: classes) that a task does in a second, or a result that says so",
  });
  hoursPerTask = Option.String("--hours-per-task", { description: "Hours that a task may take" });
  time = Option.String("--time", {
    description: "Time limit of a task: minutes, or as Slurm writes it (4:00:00, 1-12)",
  });
  gpusPerTask = Option.String("--gpus-per-task", {
    description: "1 for a GPU of its own for each task",
  });
  cpusPerTask = Option.String("--cpus-per-task", {
    description: "CPUs of a task, and its --threads",
  });
  memory = Option.String("--mem", { description: "Memory of a task, for example 16G" });
  partition = Option.String("--partition", { description: "Passed on to Slurm" });
  account = Option.String("--account", { description: "Passed on to Slurm" });
  constraint = Option.String("--constraint", { description: "Passed on to Slurm" });
  qos = Option.String("--qos", { description: "Passed on to Slurm" });
  force = Option.Boolean("--force", false, { description: "Replace the plan in --to" });
  planned = Option.Proxy({ name: "COMMAND", required: 1 });

  async execute(): Promise<number> {
    const commandLine = this.planned[0] === "--" ? this.planned.slice(1) : this.planned;
    const { out, work } = await this.#read(commandLine);
    const { count, unit, pieces } = work;
    const { to, memory, partition, account, constraint, qos, force } = this;
    const plan = await planSlurm({
      ...{ commandLine, out, to, memory, partition, account, constraint, qos, force },
      work,
      tasks: wholeNumber("--tasks", this.tasks, 1),
      rate: await this.#rate(unit),
      hoursPerTask: positiveNumber("--hours-per-task", this.hoursPerTask),
      minutes: minutesOf("--time", this.time),
      gpusPerTask: this.#gpus(),
      cpusPerTask: wholeNumber("--cpus-per-task", this.cpusPerTask, 1),
    });
    if (plan.tasks === pieces) this.note("there is not enough to do for more tasks");
    this.print(plan, () => [
      `${countedWork(count, unit)} in ${counted(plan.tasks, "task")} of at most ${counted(plan.minutes, "minute")}`,
      `the script is ${join(to, SCRIPT_FILE)}; submit it with: spurious-native slurm submit ${to}`,
    ]);
    return 0;
  }

  #gpus(): number | undefined {
    const gpus = wholeNumber("--gpus-per-task", this.gpusPerTask, 1);
    if (gpus === undefined || gpus === 1) return gpus;
    throw invalidFlag("--gpus-per-task", String(gpus), "1, as a task uses one; plan more tasks");
  }

  async #rate(unit: string): Promise<number | undefined> {
    if (this.rate === undefined || !Number.isNaN(Number(this.rate))) {
      return positiveNumber("--rate", this.rate);
    }
    if (unit === "images") return await measuredRate(this.rate);
    throw refused(`--rate: a number of ${unit} a second, as no result tells it`);
  }

  /** What the planned command line says; its own mistakes are told as they always are. */
  async #read(commandLine: readonly string[]): Promise<{ out: string; work: PlannedWork }> {
    const command = this.parse(commandLine);
    const { shard, parts, workers, out, device } = command as Readonly<Record<string, unknown>> &
      Command;
    const work = command instanceof ModelCommand ? await command.countWork() : null;
    if (work === null) {
      throw refused(
        `a command that can be done in parts, got ${commandLine.slice(0, 2).join(" ")}`,
      );
    }
    if (shard !== undefined || parts !== undefined || workers !== undefined) {
      throw refused("a command line for the whole, got one with --shard, --parts or --workers");
    }
    if (listedDevices(String(device)) !== undefined) {
      throw refused("one device for each task (--device cuda), got a list; plan more tasks");
    }
    return { out: requireOut(out as string | undefined), work };
  }
}

function refused(what: string): SpuriousError {
  return new SpuriousError("USAGE_INVALID", `planning an array job: expected ${what}`);
}
