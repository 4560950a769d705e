import { Writable } from "node:stream";
import { type BaseContext, Builtins, Cli, type Command } from "clipanion";
import { BaseCommand, type Interruption } from "./commands/base.js";
import { BenchCommand } from "./commands/bench.js";
import { CompareCommand } from "./commands/compare.js";
import { DemoCommand } from "./commands/demo.js";
import { DoctorCommand } from "./commands/doctor.js";
import { EvalCommand } from "./commands/eval.js";
import { EvidenceCommand } from "./commands/evidence.js";
import { FetchLibtorchCommand } from "./commands/fetch-libtorch.js";
import { HelpCommand, overview } from "./commands/help.js";
import { InspectCommand } from "./commands/inspect.js";
import { LabelAdjudicateCommand } from "./commands/label/adjudicate.js";
import { LabelAgreementCommand } from "./commands/label/agreement.js";
import { LabelExportCommand } from "./commands/label/export.js";
import { LabelServeCommand } from "./commands/label/serve.js";
import { LeaderboardCommand } from "./commands/leaderboard.js";
import { MergeCommand } from "./commands/merge.js";
import { MineCommand } from "./commands/mine/mine.js";
import { MineExportCommand } from "./commands/mine/export.js";
import { MineMergeCommand } from "./commands/mine/merge.js";
import { MineReviewCommand } from "./commands/mine/review.js";
import { ModelsImportCommand } from "./commands/models/import.js";
import { ModelsListCommand } from "./commands/models/list.js";
import { PcaAlphaCommand } from "./commands/pca/alpha.js";
import { PcaFitCommand } from "./commands/pca/fit.js";
import { PcaImportCommand } from "./commands/pca/import.js";
import { PcaRankCommand } from "./commands/pca/rank.js";
import { PcaShowCommand } from "./commands/pca/show.js";
import { PixelsCommand } from "./commands/pixels.js";
import { ReportCommand } from "./commands/report.js";
import { ScoreCommand } from "./commands/score.js";
import { SlurmMergeCommand } from "./commands/slurm/merge.js";
import { SlurmPlanCommand } from "./commands/slurm/plan.js";
import { SlurmStatusCommand } from "./commands/slurm/status.js";
import { SlurmSubmitCommand } from "./commands/slurm/submit.js";
import { SpuFixEvalCommand } from "./commands/spufix/eval.js";
import { SpuFixExportCommand } from "./commands/spufix/export.js";
import { SpuFixFitCommand } from "./commands/spufix/fit.js";
import { ERRORS, SpuriousError } from "./errors.js";
import { makeStyle, wantsColor } from "./terminal/style.js";
import { VERSION } from "./version.js";

export interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/** In the order of the overview. */
export const COMMANDS = [
  EvalCommand,
  ScoreCommand,
  DemoCommand,
  PcaFitCommand,
  PcaShowCommand,
  PcaAlphaCommand,
  PcaRankCommand,
  PcaImportCommand,
  EvidenceCommand,
  LabelServeCommand,
  LabelAgreementCommand,
  LabelAdjudicateCommand,
  LabelExportCommand,
  MineCommand,
  MineMergeCommand,
  MineReviewCommand,
  MineExportCommand,
  SpuFixFitCommand,
  SpuFixEvalCommand,
  SpuFixExportCommand,
  CompareCommand,
  LeaderboardCommand,
  ReportCommand,
  SlurmPlanCommand,
  SlurmSubmitCommand,
  SlurmStatusCommand,
  SlurmMergeCommand,
  MergeCommand,
  ModelsListCommand,
  ModelsImportCommand,
  InspectCommand,
  PixelsCommand,
  DoctorCommand,
  FetchLibtorchCommand,
  BenchCommand,
  HelpCommand,
  Builtins.VersionCommand,
];

/**
 * Runs one command line and resolves to its exit status. clipanion itself prints errors on stdout,
 * exits with 1 for everything and colours redirected output; all three are put right here.
 */
export async function run(
  args: string[],
  streams: Streams,
  interruption: Interruption,
): Promise<number> {
  const colorFlag = args.includes("--no-color") ? false : undefined;
  const cli = new Cli({
    binaryName: "spurious-native",
    binaryLabel: "Spurious features of image classifiers",
    binaryVersion: VERSION,
    enableColors: wantsColor(streams.stdout, colorFlag),
  });
  for (const command of COMMANDS) cli.register(command);

  const context = { ...Cli.defaultContext, stdout: streams.stdout, stderr: streams.stderr };
  let command: Command | null = null;
  try {
    command = parse(cli, args, context);
    if (command === null) {
      streams.stdout.write(`${overview(definitionsUnder(cli, args)).join("\n")}\n`);
      return 0;
    }
    // Help and version are clipanion's own; ours are executed directly, as Cli.run would swallow
    // their errors.
    if (!(command instanceof BaseCommand)) return await runHelp(cli, command, context);
    command.interruption = interruption;
    command.commandLine = args;
    command.parse = (line) => cli.process([...line], context);
    return await command.validateAndExecute();
  } catch (error) {
    const printed = command instanceof BaseCommand && command.hasPrinted;
    const json = args.includes("--json") && !printed;
    return report(toSpuriousError(error, cli, args), json, streams, interruption);
  }
}

/** The command of a command line; null for help on a group of commands (`pca --help`). */
function parse(cli: Cli, args: string[], context: BaseContext): Command | null {
  try {
    return cli.process(args.length === 0 ? ["--help"] : args, context);
  } catch (error) {
    const asksForHelp = args.includes("--help") || args.includes("-h");
    const isGroup = args[0] !== undefined && definitionsUnder(cli, args).length > 0;
    if (asksForHelp && isGroup) return null;
    throw error;
  }
}

function definitionsUnder(cli: Cli, [group = ""]: readonly string[]) {
  return cli.definitions().filter(({ path }) => path.startsWith(`spurious-native ${group} `));
}

/** clipanion shows the value of an option as "#0". */
async function runHelp(cli: Cli, command: Command, context: BaseContext): Promise<number> {
  const chunks: string[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  const status = await cli.run(command, { ...context, stdout });
  context.stdout.write(chunks.join("").replaceAll("#0   ", "VALUE").replaceAll("#0", "VALUE"));
  return status;
}

/** clipanion's and typanion's own errors are about usage; anything else unknown is a bug. */
function toSpuriousError(error: unknown, cli: Cli, args: readonly string[]): SpuriousError {
  if (error instanceof SpuriousError) return error;
  if (!isClipanionError(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new SpuriousError("INTERNAL", text, { cause: error });
  }
  const paths = cli.definitions().map(({ path }) => path.replace("spurious-native ", ""));
  const known = paths.find((path) => `${args.join(" ")} `.startsWith(`${path} `));
  const [first = "", second] = args.filter((one) => !one.startsWith("-"));
  const group = paths.filter((path) => known === undefined && path.startsWith(`${first} `));
  const got = [first, second].join(" ").trim();
  const problem =
    group.length > 0
      ? `${first}: expected one of ${group.join(", ")}, got "${got}"`
      : `${known ?? `no command named "${first}"`}: ${problemOf(error)}`;
  const message = `reading the command line: ${problem}`;
  const about = known ?? (group.length > 0 ? first : undefined);
  return new SpuriousError("USAGE_INVALID", message, {
    hint: `see \`spurious-native ${about === undefined ? "" : `${about} `}--help\``,
    cause: error,
  });
}

interface ClipanionError {
  readonly clipanion: object;
  readonly message: string;
  /** The readings of a command line that came furthest, and what stopped each. */
  readonly candidates?: readonly { readonly reason: string | null }[];
}

function isClipanionError(error: unknown): error is ClipanionError {
  return (error as Partial<ClipanionError> | null)?.clipanion !== undefined;
}

function problemOf({ message, candidates }: ClipanionError): string {
  // Without a reason the message lists every command with all its options behind this.
  const [first = ""] = message.split(/\n|; did you mean|, please choose/);
  return (candidates?.[0]?.reason ?? first)
    .replace(/^Unknown Syntax Error: /, "")
    .replace(/\.$/, "");
}

function report(
  error: SpuriousError,
  json: boolean,
  streams: Streams,
  interruption: Interruption,
): number {
  const style = makeStyle(wantsColor(streams.stderr, undefined));
  if (json) streams.stdout.write(`${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`);
  streams.stderr.write(`${style.red(`error[${error.code}]`)}: ${error.message}\n`);
  streams.stderr.write(`hint: ${error.hint}\n`);
  if (error.code === "CANCELLED") {
    const signal = interruption.watch();
    if (signal.aborted) return signalStatus(signal);
  }
  return ERRORS[error.code].kind === "bug" ? 1 : error.exitStatus;
}

/** 128 + the signal's number, as shells report it. */
function signalStatus(signal: AbortSignal): number {
  return signal.reason === "SIGTERM" ? 143 : 130;
}
