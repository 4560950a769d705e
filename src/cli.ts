import { Builtins, Cli } from "clipanion";
import { BaseCommand } from "./commands/base.js";
import { BenchCommand } from "./commands/bench.js";
import { DoctorCommand } from "./commands/doctor.js";
import { EvalCommand } from "./commands/eval.js";
import { InspectCommand } from "./commands/inspect.js";
import { PixelsCommand } from "./commands/pixels.js";
import { ScoreCommand } from "./commands/score.js";
import { ERRORS, SpuriousError } from "./errors.js";
import { makeStyle, wantsColor } from "./terminal/style.js";
import { VERSION } from "./version.js";

export interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

const COMMANDS = [
  EvalCommand,
  ScoreCommand,
  InspectCommand,
  PixelsCommand,
  DoctorCommand,
  BenchCommand,
  Builtins.HelpCommand,
  Builtins.VersionCommand,
];

/**
 * Runs one command line and resolves to its exit status. clipanion itself prints errors on stdout,
 * exits with 1 for everything and colours redirected output; all three are put right here.
 */
export async function run(args: string[], streams: Streams, signal: AbortSignal): Promise<number> {
  const colorFlag = args.includes("--no-color") ? false : undefined;
  const cli = new Cli({
    binaryName: "spurious-native",
    binaryLabel: "Spurious features of image classifiers",
    binaryVersion: VERSION,
    enableColors: wantsColor(streams.stdout, colorFlag),
  });
  for (const command of COMMANDS) cli.register(command);

  const context = { ...Cli.defaultContext, stdout: streams.stdout, stderr: streams.stderr };
  try {
    const command = cli.process(args.length === 0 ? ["--help"] : args, context);
    // Help and version are clipanion's own; ours are executed directly, as Cli.run would swallow
    // their errors.
    if (command.help || !(command instanceof BaseCommand)) return await cli.run(command, context);
    command.signal = signal;
    return (await command.validateAndExecute()) as number;
  } catch (error) {
    return report(toSpuriousError(error), args.includes("--json"), streams, signal);
  }
}

/** clipanion's and typanion's own errors are about usage; anything else unknown is a bug. */
function toSpuriousError(error: unknown): SpuriousError {
  if (error instanceof SpuriousError) return error;
  const { clipanion, message } = error as { clipanion?: { type: string }; message?: string };
  if (clipanion?.type === "usage") {
    return new SpuriousError("USAGE_INVALID", (message ?? "unusable command line").trim());
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new SpuriousError("INTERNAL", text, { cause: error });
}

function report(
  error: SpuriousError,
  json: boolean,
  streams: Streams,
  signal: AbortSignal,
): number {
  const style = makeStyle(wantsColor(streams.stderr, undefined));
  if (json) streams.stdout.write(`${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`);
  streams.stderr.write(`${style.red(`error[${error.code}]`)}: ${error.message}\n`);
  streams.stderr.write(`hint: ${error.hint}\n`);
  if (error.code === "CANCELLED" && signal.aborted) return signalStatus(signal);
  return ERRORS[error.code].kind === "bug" ? 1 : error.exitStatus;
}

/** 128 + the signal's number, as shells report it. */
function signalStatus(signal: AbortSignal): number {
  return signal.reason === "SIGTERM" ? 143 : 130;
}
