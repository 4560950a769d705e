import { mkdir, readdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { SpuriousError } from "../errors.js";
import { addon } from "../native/load.js";
import { writeFailed } from "../results/atomic.js";
import { bothGiven, foundAt, type ResultFolderOptions } from "../results/result-folder.js";
import { LOCK_NAME, RunLock } from "../results/run-lock.js";
import { NO_PROGRESS, type ProgressSink } from "../terminal/progress.js";
import { SummedProgress } from "../terminal/worker-progress.js";
import { ATTEMPTS } from "./attempts.js";
import { withOptions, withoutOptions } from "./command-line.js";
import { devicesOf } from "./devices.js";
import { discard } from "./discard.js";
import { isMergeMarked, markMerge } from "./merge-mark.js";
import { type MergedParts, mergeParts } from "./merge-parts.js";
import { partsNamed } from "./shard.js";
import { endedBy, runWorker, type WorkerEnd, workerError } from "./worker.js";

export interface WorkersRequest extends ResultFolderOptions {
  /** The command line of `eval`, `pca fit`, `evidence`, `spufix fit` or `mine`, without the program's name. */
  readonly commandLine: readonly string[];
  readonly workers: number;
  /** Where the result goes; work in progress is in the folder `OUT.parts` beside it. */
  readonly out: string;
  /** As --device; `cuda:0,1` gives each worker its own. */
  readonly device: string;
  /** CPU threads of all workers together, default: all. */
  readonly threads?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** What the workers are told themselves, or is the parent's own. */
const OWN = {
  valued: ["--workers", "--out", "--shard", "--parts", "--device", "--threads", "--progress"],
  switches: ["--force", "--resume", "--json", "--quiet"],
};

/**
 * Does a command in several processes on this machine and merges what they have done. The work goes
 * on after any of them has died: one that is killed is started once more, and `resume` goes on with
 * what a run has left.
 * @throws what the first worker threw that failed, WORKER_FAILED one died twice, OUTPUT_EXISTS,
 *   RESUME_MISMATCH there are parts of another number of workers, CANCELLED when all have stopped
 */
export async function runWorkers(request: WorkersRequest): Promise<MergedParts> {
  const { out, signal } = request;
  const parts = `${out.replace(/\/+$/, "")}.parts`;
  await refuseOther(request, parts);
  const lock = await RunLock.take(join(parts, LOCK_NAME), parts);
  try {
    if (request.force === true) {
      await clear(parts);
      await markMerge(parts);
    }
    await runAll(request, parts);
    // Something else may have come there meanwhile.
    await refuseResult(out, parts);
    await markMerge(parts);
    const merged = await mergeParts({ parts: [parts], out, force: true, signal });
    await discard(parts, dirname(parts));
    return merged;
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

/** @throws OUTPUT_EXISTS, USAGE_INVALID, RESUME_MISMATCH, OUTPUT_WRITE_FAILED */
async function refuseOther(request: WorkersRequest, parts: string): Promise<void> {
  const { out, force = false, resume = false } = request;
  if (force && resume) throw bothGiven();
  const names = (await readdir(parts).catch(() => [])).filter((name) => name !== LOCK_NAME);
  const isBegun = names.length > 0;
  if (isBegun && !force && !resume) {
    throw new SpuriousError(
      "OUTPUT_EXISTS",
      `beginning a run of workers: ${out}: expected no unfinished run, got ${parts}`,
      { input: out, hint: "pass --resume to go on with it, or --force to start over" },
    );
  }
  if (resume) await refuseOtherNumber(request, parts);
  if (!force) await refuseResult(out, parts);
  try {
    await mkdir(parts, { recursive: true });
  } catch (cause) {
    throw writeFailed(parts, cause);
  }
}

/** Refuses to replace what no merge of these parts has made. @throws OUTPUT_EXISTS */
async function refuseResult(out: string, parts: string): Promise<void> {
  const found = await foundAt(out);
  if (found === null || (await isMergeMarked(parts))) return;
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `opening the result folder: ${out}: expected nothing there, got ${found}`,
    { input: out, hint: "choose another --out or pass --force to replace it" },
  );
}

/**
 * Parts of another number cannot be merged with those that would be made.
 * @throws RESUME_MISMATCH
 */
async function refuseOtherNumber({ out, workers }: WorkersRequest, parts: string): Promise<void> {
  const folders = [parts, join(parts, ATTEMPTS)];
  const names = await Promise.all(folders.map((one) => readdir(one).catch(() => [])));
  const other = names
    .flat()
    .map(partsNamed)
    .find((of) => of !== null && of !== workers);
  if (other === undefined || other === null) return;
  throw new SpuriousError(
    "RESUME_MISMATCH",
    `going on with a run of workers: ${out}: expected parts of ${String(workers)}, got some of ${String(other)} in ${parts}`,
    {
      input: out,
      hint: `pass --workers ${String(other)} to go on, or --force to start over`,
    },
  );
}

/** Takes away what earlier runs left; the lock is this run's own. */
async function clear(parts: string): Promise<void> {
  try {
    for (const name of await readdir(parts)) {
      if (name !== LOCK_NAME) await rm(join(parts, name), { recursive: true, force: true });
    }
  } catch (cause) {
    throw writeFailed(parts, cause);
  }
}

async function runAll(request: WorkersRequest, parts: string): Promise<void> {
  const { workers, signal, progress = NO_PROGRESS } = request;
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted === true) stop();
  const summed = new SummedProgress(workers, progress);
  const failures: unknown[] = [];
  const lines = commandLines(request, parts);
  try {
    await Promise.all(
      lines.map(async (args, i) => {
        try {
          await runOne(request, args, i, stopping.signal, summed);
        } catch (error) {
          failures.push(error);
          // The others keep what they have done.
          stop();
        }
      }),
    );
  } finally {
    signal?.removeEventListener("abort", stop);
    summed.end();
  }
  if (signal?.aborted === true) {
    throw new SpuriousError("CANCELLED", "the work of all workers was stopped");
  }
  if (failures.length > 0) throw failures[0];
}

function commandLines(request: WorkersRequest, parts: string): string[][] {
  const { commandLine, workers, device, resume = false } = request;
  const args = withoutOptions(commandLine, OWN);
  const count = device === "cpu" ? 0 : addon().cudaDevices().length;
  const devices = devicesOf(device, workers, count);
  const threads = Math.max(1, Math.floor((request.threads ?? availableParallelism()) / workers));
  return devices.map((own, i) =>
    withOptions(args, [
      ...["--shard", `${String(i + 1)}/${String(workers)}`, "--parts", parts, "--json"],
      ...["--device", own, "--threads", String(threads), ...(resume ? ["--resume"] : [])],
    ]),
  );
}

async function runOne(
  { workers, onWarning }: WorkersRequest,
  args: readonly string[],
  place: number,
  signal: AbortSignal,
  summed: SummedProgress,
): Promise<void> {
  const name = `worker ${String(place + 1)} of ${String(workers)}`;
  // Decoding threads are divided as those of the forward pass are.
  const decoders = Math.max(2, Math.ceil(availableParallelism() / workers));
  const start = (line: readonly string[]): Promise<WorkerEnd> =>
    runWorker({
      args: line,
      environment: { UV_THREADPOOL_SIZE: String(decoders) },
      signal,
      onProgress: (message) => summed.take(place, message),
    });
  let end = await start(args);
  const by = endedBy(end);
  if (by !== null && !signal.aborted) {
    onWarning?.(`${name} was ended by ${by}; it is started once more`);
    end = await start(args);
  }
  for (const line of end.stderr.split("\n")) {
    if (line.startsWith("warning: ")) onWarning?.(`${name}: ${line.slice("warning: ".length)}`);
  }
  if (end.status !== 0) throw workerError(name, end);
}
