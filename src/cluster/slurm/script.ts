import { join } from "node:path";
import { SpuriousError } from "../../errors.js";

/** What Slurm is asked for; texts are passed on as they are. */
export interface SlurmResources {
  readonly gpusPerTask?: number | undefined;
  readonly cpusPerTask?: number | undefined;
  readonly memory?: string | undefined;
  readonly partition?: string | undefined;
  readonly account?: string | undefined;
  readonly constraint?: string | undefined;
  readonly qos?: string | undefined;
}

export interface ScriptInput {
  readonly jobName: string;
  readonly tasks: number;
  readonly minutes: number;
  readonly resources: SlurmResources;
  /** Folder of the logs. */
  readonly logs: string;
  /** Where the command is to run. */
  readonly cwd: string;
  /** The command of one task, the program first. */
  readonly command: readonly string[];
}

/** Seconds before its time limit at which a task is told to stop; Slurm may be a minute early. */
const LONGEST_NOTICE = 120;
/** Of a short time limit, so that there is time to work. */
const LARGEST_NOTICE_SHARE = 0.25;

/** How often a task may ask for more time. */
const MOST_REQUEUES = 50;

/** The script of an array job, for people to read and to edit. */
export function jobScript(input: ScriptInput): string {
  return `${[...header(input), "", ...body(input)].join("\n")}\n`;
}

function header({ jobName, minutes, resources, logs, tasks }: ScriptInput): string[] {
  const { gpusPerTask, cpusPerTask, memory, partition, account, constraint, qos } = resources;
  const options: readonly (readonly [string, string | number | undefined])[] = [
    ["job-name", jobName],
    ["output", logPattern(logs)],
    ["open-mode", "append"],
    ["ntasks", 1],
    ["cpus-per-task", cpusPerTask],
    ["gpus-per-task", gpusPerTask],
    ["mem", memory],
    ["time", minutes],
    ["signal", `B:USR1@${String(noticeOf(minutes))}`],
    ["partition", partition],
    ["account", account],
    ["constraint", constraint],
    ["qos", qos],
  ];
  return [
    "#!/bin/bash",
    `# Made by \`spurious-native slurm plan\`: an array of ${String(tasks)} tasks, each of which does one part.`,
    "# It may be edited. `spurious-native slurm submit` submits the parts that are missing.",
    ...options.flatMap(([name, value]) =>
      value === undefined ? [] : [`#SBATCH --${name}=${directive(name, String(value))}`],
    ),
    "#SBATCH --requeue",
  ];
}

function body({ tasks, cwd, command }: ScriptInput): string[] {
  return [
    "set -euo pipefail",
    "",
    "# The number of parts stands here: Slurm's count of tasks is that of this submission.",
    `export SPURIOUS_NATIVE_SHARD="\${SLURM_ARRAY_TASK_ID}/${String(tasks)}"`,
    "# Not SLURM_JOB_ID: for one task of every array that is the number of the whole array.",
    'task="${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"',
    'attempt="${SLURM_RESTART_COUNT:-0}"',
    'echo "task $task, part $SPURIOUS_NATIVE_SHARD, attempt $attempt on $(hostname)"',
    `cd ${quoted(cwd)}`,
    "",
    "out_of_time=0",
    "# Before the time limit: the program ends its batch and keeps what it has done.",
    "trap 'out_of_time=1; kill -TERM \"$program\" 2>/dev/null || true' USR1",
    "# scancel reaches the program by itself.",
    "trap : TERM",
    "",
    `${command.map(quoted).join(" ")} &`,
    "program=$!",
    "status=0",
    "while true; do",
    '  wait "$program" && status=0 || status=$?',
    "  # A signal ends the waiting, not the program.",
    '  kill -0 "$program" 2>/dev/null || break',
    "done",
    "",
    `if [ "$status" -ne 0 ] && [ "$out_of_time" = 1 ] && [ "$attempt" -lt ${String(MOST_REQUEUES)} ]; then`,
    '  echo "part $SPURIOUS_NATIVE_SHARD goes on in a new attempt"',
    '  scontrol requeue "$task"',
    "  # Slurm ends this attempt.",
    "  sleep 60",
    "fi",
    'exit "$status"',
  ];
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Where the logs of tasks go, as Slurm names them; a % is one only when doubled. */
export function logPattern(logs: string): string {
  return join(logs.replaceAll("%", "%%"), "%A_%a.log");
}

function noticeOf(minutes: number): number {
  return Math.min(LONGEST_NOTICE, Math.floor(minutes * 60 * LARGEST_NOTICE_SHARE));
}

/** For a line of #SBATCH, which ends at the line's end, a space or a # unless that is in quotes. */
function directive(name: string, value: string): string {
  // A backslash in a path turns the replacement of %A and %a off.
  if (/[\p{Cc}"\\]/u.test(value)) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `writing a job script: ${name}: expected a value without quotes, backslashes and line ends, got ${JSON.stringify(value)}`,
      { input: value },
    );
  }
  return /[\s#']/.test(value) ? `"${value}"` : value;
}
