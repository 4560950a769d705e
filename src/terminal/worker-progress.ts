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

/** How far one worker is. */
interface WorkerState {
  readonly total: number;
  /** As its process says. */
  said: number;
  /** Of that, what has been counted: a process that is started again may begin behind it or before. */
  counted: number;
}

/** The progress of some workers as that of one piece of work, which begins when all have. */
export class SummedProgress {
  readonly #states = new Map<number, WorkerState>();
  #isShown = false;

  constructor(
    private readonly workers: number,
    private readonly sink: ProgressSink,
  ) {}

  take(worker: number, message: ProgressMessage): void {
    const state = this.#states.get(worker);
    if (message.kind === "begin") this.#begin(worker, state, message);
    else if (state !== undefined) this.#reach(state, state.said + message.count);
  }

  end(): void {
    if (this.#isShown) this.sink.end();
    this.#isShown = false;
  }

  #begin(
    worker: number,
    known: WorkerState | undefined,
    { label, total, unit, done }: ProgressMessage & { kind: "begin" },
  ): void {
    if (known !== undefined) {
      this.#reach(known, done);
      return;
    }
    this.#states.set(worker, { total, said: done, counted: done });
    if (this.#states.size < this.workers) return;
    this.#isShown = true;
    const sumOf = (name: "total" | "counted"): number =>
      [...this.#states.values()].reduce((sum, state) => sum + state[name], 0);
    this.sink.begin(label, sumOf("total"), unit, sumOf("counted"));
  }

  /** Messages of a process that was killed may be lost: the next one tells what they were of. */
  #reach(state: WorkerState, said: number): void {
    state.said = said;
    const more = said - state.counted;
    if (more <= 0) return;
    state.counted = said;
    if (this.#isShown) this.sink.advance(more);
  }
}
