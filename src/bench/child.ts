import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { SpuriousError } from "../errors.js";
import { PeerMissing } from "./contestant.js";
import { type Message, parseMessage } from "./messages.js";

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What to say when the command itself does not exist. */
  readonly ifMissing?: { readonly reason: string; readonly install: string | null };
}

const STDERR_KEPT = 4000;
const LINES_QUOTED = 6;
const STOP_GRACE_MS = 10_000;

/** A process of its own whose messages are read in order. */
export class Child {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<number | null>;
  #stderr = "";
  #spawnError: NodeJS.ErrnoException | undefined;

  /** The process is killed when `signal` fires. */
  constructor(
    private readonly program: Program,
    private readonly signal: AbortSignal,
  ) {
    const { command, args, env } = program;
    this.#process = spawn(command, args, { env: { ...process.env, ...env } });
    this.#process.on("error", (error) => {
      this.#spawnError = error;
    });
    // A child that is gone already: its exit is told where messages are read.
    this.#process.stdin.on("error", () => undefined);
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#ended = new Promise((resolve) => this.#process.once("close", resolve));
    const kill = (): void => void this.#process.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    void this.#ended.then(() => signal.removeEventListener("abort", kill));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  ask(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** The next message. @throws PeerMissing, BENCH_FAILED, CANCELLED */
  async message(): Promise<Exclude<Message, { missing: unknown } | { failed: unknown }>> {
    for (;;) {
      const line = await this.#lines.next();
      if (line.done === true) throw await this.#failure("it ended without a word");
      const message = parseMessage(line.value);
      if (message === null) continue;
      if ("missing" in message) {
        throw new PeerMissing(message.missing.reason, message.missing.install);
      }
      if ("failed" in message) throw await this.#failure(message.failed);
      return message;
    }
  }

  /** All it prints until it ends by itself. @throws PeerMissing, BENCH_FAILED, CANCELLED */
  async output(): Promise<string> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); next.done !== true; next = await this.#lines.next()) {
      lines.push(next.value);
    }
    const status = await this.#ended;
    if (status !== 0) throw await this.#failure(`it ended with status ${String(status)}`);
    return lines.join("\n");
  }

  /** Lets it end by itself, for a while. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_GRACE_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  async #failure(reason: string): Promise<Error> {
    this.#process.kill("SIGKILL");
    await this.#ended;
    if (this.signal.aborted) return new SpuriousError("CANCELLED", "the benchmark was stopped");
    const { command, args, ifMissing } = this.program;
    if (this.#spawnError?.code === "ENOENT" && ifMissing) {
      return new PeerMissing(ifMissing.reason, ifMissing.install);
    }
    const said = this.#stderr.trim().split("\n").slice(-LINES_QUOTED).join("\n");
    const because = this.#spawnError?.message ?? (said === "" ? reason : said);
    return new SpuriousError(
      "BENCH_FAILED",
      `measuring: ${[command, ...args].join(" ")}: expected a process that answers, got: ${because}`,
      { input: command },
    );
  }
}

/** Waits for a process that is expected to end by itself; its standard output. */
export async function runProgram(program: Program, signal: AbortSignal): Promise<string> {
  return new Child(program, signal).output();
}
