/** One timed run. */
export interface Measurement {
  /** Units of work done, for example images. */
  readonly items: number;
  /** Wall-clock seconds they took. */
  readonly seconds: number;
  /** Processor seconds of the contestant during the run, where it can tell. */
  readonly cpuSeconds?: number;
  /** Further figures of the run, for example seconds of the whole process. */
  readonly details?: Readonly<Record<string, number>>;
}

/** What a contestant says of itself once it is ready to be timed. */
export interface Readiness {
  /** Name and version of what does the work. */
  readonly version: string;
  /** What was done before the first timed run. */
  readonly warmUp: string;
  /** Seconds from the start of the process until it was ready, warm-up included. */
  readonly readySeconds: number;
  /** Something that follows from the work, to be compared with the other contestants'. */
  readonly answer?: Answer;
}

/** Numbers to be compared within rounding, or a text to be compared exactly. */
export type Answer = readonly number[] | string;

/** A contestant that is up and warm. */
export interface Running {
  readonly readiness: Readiness;
  /** @throws BENCH_FAILED */
  run(): Promise<Measurement>;
  stop(): Promise<void>;
}

/** own: this program; peer: another one; limit: what the machine could do at most. */
export type Role = "own" | "peer" | "limit";

export interface Contestant {
  /** The name that --peer takes and tables show. */
  readonly name: string;
  readonly role: Role;
  /** What it does, in a few words. */
  readonly description: string;
  /** @throws PeerMissing, BENCH_FAILED */
  start(signal: AbortSignal): Promise<Running>;
}

/** A peer that is not installed; the benchmark goes on without it. */
export class PeerMissing extends Error {
  constructor(
    readonly reason: string,
    /** The command that would install it. */
    readonly install: string | null,
  ) {
    super(reason);
    this.name = "PeerMissing";
  }
}
