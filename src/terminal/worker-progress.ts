import type { ProgressSink } from "./progress.js";

/** Set for the processes of `--workers`. */
export const WORKER_VARIABLE = "SPURIOUS_NATIVE_WORKER";

/** What a worker tells its parent. */
export type ProgressMessage =
  | {
      readonly kind: "begin";
      readonly label: string;
      readonly total: number;
      readonly unit: string;
      readonly done: number;
    }
  | { readonly kind: "advance"; readonly count: number };

/** A sink that reports to the parent process; null where this process is no worker. */
export function parentProgress(): ProgressSink | null {
  if (process.env[WORKER_VARIABLE] === undefined || process.send === undefined) return null;
  const tell = (message: ProgressMessage): void => {
    // A parent that has ended is told of by the channel itself.
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
  };
  return {
    begin: (label, total, unit, done = 0) => tell({ kind: "begin", label, total, unit, done }),
    advance: (count) => tell({ kind: "advance", count }),
    end: () => undefined,
  };
}

/** The progress of some workers as that of one piece of work, which begins when all have. */
export class SummedProgress {
  readonly #begun = new Map<number, number>();
  #total = 0;
  #before = 0;
  #isShown = false;

  constructor(
    private readonly workers: number,
    private readonly sink: ProgressSink,
  ) {}

  take(worker: number, message: ProgressMessage): void {
    if (message.kind === "begin") this.#begin(worker, message);
    else if (this.#isShown) this.sink.advance(message.count);
    else this.#before += message.count;
  }

  end(): void {
    if (this.#isShown) this.sink.end();
    this.#isShown = false;
  }

  /** A worker that is started again has done again what it says it has. */
  #begin(worker: number, { label, total, unit, done }: ProgressMessage & { kind: "begin" }): void {
    if (this.#begun.has(worker)) return;
    this.#begun.set(worker, total);
    this.#total += total;
    this.#before += done;
    if (this.#begun.size < this.workers) return;
    this.#isShown = true;
    this.sink.begin(label, this.#total, unit, this.#before);
  }
}
