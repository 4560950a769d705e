import { Command, Option } from "clipanion";
import { type SlurmStatus, slurmStatus, type TaskState } from "../../cluster/slurm/status.js";
import { count } from "../../report/format.js";
import { terminalTable } from "../../results/terminal-table.js";
import { formatDuration } from "../../terminal/progress.js";
import { BaseCommand } from "../base.js";

const STATES: readonly TaskState[] = ["done", "running", "pending", "failed", "not submitted"];

export class SlurmStatusCommand extends BaseCommand {
  static override paths = [["slurm", "status"]];
  static override usage = Command.Usage({
    category: "Many machines",
    description: "how far a plan is, and why tasks failed",
    details: `
      Tells the tasks of a plan by state, the images done, the rate of the tasks that run and the time
      left, and for each task that failed or waits the line that says why. It asks the queue and looks
      at parts and logs; accounting is not needed.
    `,
    examples: [["A plan", "spurious-native slurm status plan"]],
  });

  plan = Option.String({ name: "PLAN" });

  async execute(): Promise<number> {
    const status = await slurmStatus(this.plan);
    this.print(status, () => lines(status));
    return 0;
  }
}

function lines({ tasks, done, count: all, unit, rate, secondsLeft }: SlurmStatus): string[] {
  const states = STATES.flatMap((state) => {
    const number = tasks.filter((one) => one.state === state).length;
    return number === 0 ? [] : [`${String(number)} ${state}`];
  });
  const speed = rate === null ? "" : ` · ${rate.toFixed(1)}/s`;
  const left = secondsLeft === null ? "" : ` · ${formatDuration(secondsLeft)} left`;
  const told = tasks.filter(({ state, reason }) => state === "failed" || reason !== null);
  return [
    `Tasks   ${states.join(", ")}`,
    `Work    ${count(done)} of ${count(all)} ${unit}${speed}${left}`,
    ...(told.length === 0 ? [] : ["", ...table(told)]),
  ];
}

function table(tasks: SlurmStatus["tasks"]): string[] {
  return terminalTable(
    [
      { title: "part", align: "right" },
      { title: "state", align: "left" },
      { title: "why", align: "left" },
      { title: "log", align: "left" },
    ],
    tasks.map(({ part, state, reason, log }) => [String(part), state, reason ?? "", log ?? ""]),
  );
}
