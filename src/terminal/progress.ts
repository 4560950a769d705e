import type { Writable } from "node:stream";
import { isTerminal } from "./style.js";

export type ProgressMode = "auto" | "bar" | "lines" | "none";
export const PROGRESS_MODES = ["auto", "bar", "lines", "none"] as const;

/** What long work reports to; domain code knows nothing of terminals. */
export interface ProgressSink {
  begin(label: string, total: number, unit: string, alreadyDone?: number): void;
  advance(count: number): void;
  end(): void;
  /** Whether what comes before the work is shown too; the sum over workers shows the work alone. */
  readonly showsPreparation?: boolean;
}

export const NO_PROGRESS: ProgressSink = {
  begin: () => undefined,
  advance: () => undefined,
  end: () => undefined,
};

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 10_000;
const BAR_WIDTH = 24;

/** A bar redrawn in place on a terminal; plain lines every ten seconds in a log file. */
export class Progress implements ProgressSink {
  readonly showsPreparation = true;
  readonly #stream: Writable;
  readonly #bar: boolean;
  #label = "";
  #unit = "";
  #total = 0;
  #done = 0;
  #atStart = 0;
  #started = 0;
  #drawn = 0;

  static create(stream: Writable, mode: ProgressMode): ProgressSink {
    if (mode === "none") return NO_PROGRESS;
    return new Progress(stream, mode === "auto" ? isTerminal(stream) : mode === "bar");
  }

  private constructor(stream: Writable, bar: boolean) {
    this.#stream = stream;
    this.#bar = bar;
  }

  begin(label: string, total: number, unit: string, alreadyDone = 0): void {
    this.#label = label;
    this.#unit = unit;
    this.#total = total;
    this.#done = alreadyDone;
    this.#atStart = alreadyDone;
    this.#started = performance.now();
    this.#drawn = this.#started;
    if (this.#bar) this.#draw();
    else this.#stream.write(`${label}: ${String(total)} ${unit}\n`);
  }

  advance(count: number): void {
    this.#done += count;
    const now = performance.now();
    if (now - this.#drawn < (this.#bar ? BAR_INTERVAL_MS : LINE_INTERVAL_MS)) return;
    this.#drawn = now;
    this.#draw();
  }

  end(): void {
    this.#draw();
    if (this.#bar) this.#stream.write("\n");
  }

  #draw(): void {
    const text = this.#describe();
    if (!this.#bar) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const filled = this.#total === 0 ? BAR_WIDTH : (this.#done / this.#total) * BAR_WIDTH;
    const bar = "█".repeat(Math.floor(filled)).padEnd(BAR_WIDTH, "░");
    this.#stream.write(`\r\u001b[2K${bar} ${text}`);
  }

  #describe(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = seconds > 0 ? (this.#done - this.#atStart) / seconds : 0;
    const parts = [
      `${this.#label} ${String(this.#done)}/${String(this.#total)} ${this.#unit}`,
      `${formatRate(rate)}/s`,
    ];
    const left = this.#total - this.#done;
    parts.push(
      left > 0 && rate > 0 ? `${formatDuration(left / rate)} left` : formatDuration(seconds),
    );
    return parts.join(" · ");
  }
}

function formatRate(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);
}

/** "8 s", "3 min 05 s", "2 h 07 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, "0")} min`;
}
