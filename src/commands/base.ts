import { Command, Option } from "clipanion";
import * as t from "typanion";
import { SpuriousError } from "../errors.js";
import { Progress, PROGRESS_MODES, type ProgressSink } from "../terminal/progress.js";
import { parentProgress } from "../terminal/worker-progress.js";
import { makeStyle, type Style, wantsColor } from "../terminal/style.js";

/** How a command learns of SIGINT and SIGTERM. */
export interface Interruption {
  /** Called by a command that stops by itself; the system ends any other one at once. */
  watch(): AbortSignal;
}

/**
 * What all commands share: results on stdout, everything else on stderr, errors with a code and an
 * exit status, and a signal that stops the work cleanly.
 */
export abstract class BaseCommand extends Command {
  json = Option.Boolean("--json", false, { description: "Print one JSON document on stdout" });
  quiet = Option.Boolean("--quiet", false, {
    description: "No progress and no notes on stderr; errors are still printed",
  });
  color = Option.Boolean("--color", { description: "Colour: on for terminals; --no-color" });
  progressMode = Option.String("--progress", "auto", {
    description: "auto, bar, lines or none",
    validator: t.isEnum(PROGRESS_MODES),
  });

  /** Set by the program before the command runs. */
  interruption: Interruption = { watch: () => new AbortController().signal };

  /** As it was given, without the program's name. Set by the program before the command runs. */
  commandLine: readonly string[] = [];

  /** The command of another command line. Set by the program before the command runs. */
  parse: (commandLine: readonly string[]) => Command = () => this;

  /** Aborted by SIGINT and SIGTERM. A command that asks for it stops by itself. */
  protected get signal(): AbortSignal {
    return this.interruption.watch();
  }

  /** Whether the result is on stdout already: with --json no second document may follow. */
  hasPrinted = false;

  protected get style(): Style {
    return makeStyle(wantsColor(this.context.stdout, this.color));
  }

  protected get progress(): ProgressSink {
    const mode = this.quiet ? "none" : this.progressMode;
    return parentProgress() ?? Progress.create(this.context.stderr, mode);
  }

  /** A remark for the person at the terminal. */
  protected note(text: string): void {
    if (!this.quiet) this.context.stderr.write(`${text}\n`);
  }

  protected warn(text: string): void {
    if (!this.quiet) this.context.stderr.write(`warning: ${text}\n`);
  }

  /** A failure that does not end the command, with what it is about. */
  protected printError(error: SpuriousError, about: string): void {
    const style = makeStyle(wantsColor(this.context.stderr, this.color));
    const { stderr } = this.context;
    stderr.write(`${style.red(`error[${error.code}]`)}: ${about}: ${error.message}\n`);
    stderr.write(`hint: ${error.hint}\n`);
  }

  /** The result: a document with --json, else lines of text. */
  protected print(document: unknown, lines: () => readonly string[]): void {
    const text = this.json ? JSON.stringify(document, null, 2) : lines().join("\n");
    this.context.stdout.write(`${text}\n`);
    this.hasPrinted = true;
  }

  /** Resolves to the exit status. */
  abstract override execute(): Promise<number>;
}

/** A whole number of at least `least` from a flag. */
export function wholeNumber(flag: string, text: string, least: number): number;
export function wholeNumber(
  flag: string,
  text: string | undefined,
  least: number,
): number | undefined;
export function wholeNumber(
  flag: string,
  text: string | undefined,
  least: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && text.trim() !== "") return value;
  throw invalidFlag(flag, text, `a whole number of at least ${String(least)}`);
}

export function positiveNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw invalidFlag(flag, text, "a number above 0");
}

/** A number between two, both allowed. */
export function numberBetween(flag: string, text: string, least: number, most: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw invalidFlag(flag, text, `a number from ${String(least)} to ${String(most)}`);
}

/** A part of a whole. */
export function fraction(flag: string, text: string): number;
export function fraction(flag: string, text: string | undefined): number | undefined;
export function fraction(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && value <= 1) return value;
  throw invalidFlag(flag, text, "a number above 0 and at most 1");
}

/** "r,g,b" */
export function numberTriple(flag: string, text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const values = text.split(",").map((item) => (item.trim() === "" ? Number.NaN : Number(item)));
  if (values.length === 3 && values.every((value) => Number.isFinite(value))) return values;
  throw invalidFlag(flag, text, "three numbers r,g,b");
}

export function oneOf<const T extends string>(
  flag: string,
  text: string,
  options: readonly T[],
): T {
  if ((options as readonly string[]).includes(text)) return text as T;
  throw invalidFlag(flag, text, `one of ${options.join(", ")}`);
}

export function invalidFlag(flag: string, got: string, expected: string): SpuriousError {
  return new SpuriousError(
    "USAGE_INVALID",
    `reading the command line: ${flag}: expected ${expected}, got "${got}"`,
    { input: got },
  );
}
