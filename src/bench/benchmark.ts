import type { ClassifierRequest } from "../models/classifier.js";
import type { DType } from "../native/contract.js";
import type { Answer, Contestant } from "./contestant.js";

/** What a person may choose. */
export interface BenchSettings {
  readonly runs: number;
  readonly threads: number;
  readonly batch: number;
  readonly dtype: DType;
  /** A model of the person's own instead of the seeded ResNet50. */
  readonly model: ClassifierRequest | undefined;
  /** A folder of pictures instead of the seeded ones. */
  readonly images: string | undefined;
  /** Folder for what is made once: models, pictures, inputs. */
  readonly cache: string;
  /** The Python that runs the peers. */
  readonly python: string;
  readonly signal: AbortSignal;
  /** A remark about what is being done. */
  readonly note: (text: string) => void;
}

/** A peer that cannot take part, known before anything is started. */
export interface SkippedPeer {
  readonly name: string;
  readonly reason: string;
  readonly install: string | null;
}

export interface Plan {
  /** One line: what is measured. */
  readonly title: string;
  /** Everything that fixes the work, for the record. */
  readonly workload: Readonly<Record<string, string | number>>;
  /** In the order in which they take turns; the first one is this program. */
  readonly contestants: readonly Contestant[];
  readonly skipped: readonly SkippedPeer[];
  /** What a reader has to know to read the figures. */
  readonly notes: readonly string[];
}

/** One of `spurious-native bench ...`. A new one is a file like benchmarks/forward.ts and an entry in registry.ts. */
export interface Benchmark {
  readonly name: string;
  readonly description: string;
  /** What rates count per second. */
  readonly unit: string;
  /** Every peer there is; what --peer takes. */
  readonly peers: readonly string[];
  /** Makes what is missing and says who takes part. @throws BENCH_FAILED */
  plan(settings: BenchSettings): Promise<Plan>;
  /** Whether another contestant's answer is the same as this program's, in words. */
  compare(own: Answer, other: Answer): string;
}
