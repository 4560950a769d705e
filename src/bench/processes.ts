import { SpuriousError } from "../errors.js";
import { Child, type Program, runProgram } from "./child.js";
import type { Contestant, Measurement, Readiness, Running } from "./contestant.js";
import { endedChildrenSeconds, processorSeconds } from "./proc.js";

type About = Pick<Contestant, "name" | "role" | "description">;

/** A contestant whose process is started once, warms up and is then asked for one run at a time. */
export function residentContestant(about: About, program: Program): Contestant {
  return {
    ...about,
    async start(signal) {
      const started = performance.now();
      const child = new Child(program, signal);
      const first = await child.message();
      if (!("ready" in first)) throw unexpected(about.name, "ready", first);
      const readySeconds = (performance.now() - started) / 1000;
      return {
        readiness: { ...first.ready, readySeconds },
        run: () => residentRun(about.name, child),
        stop: () => child.stop(),
      };
    },
  };
}

async function residentRun(name: string, child: Child): Promise<Measurement> {
  const used = (): number | null => processorSeconds(child.pid ?? 0);
  const before = used();
  child.ask("run");
  const message = await child.message();
  const after = used();
  if (!("run" in message)) throw unexpected(name, "run", message);
  const known = before !== null && after !== null;
  return known ? { ...message.run, cpuSeconds: after - before } : message.run;
}

/** What one whole process of a `processContestant` says of its work. */
export interface ProcessRun {
  readonly version: string;
  readonly measurement: Measurement;
  readonly answer: Readiness["answer"];
}

/**
 * A contestant that is a whole process every time. The first one, which also fills the page cache,
 * is its warm-up.
 * @param read makes a run of what the process printed
 */
export function processContestant(
  about: About,
  program: Program,
  read: (output: string) => ProcessRun,
): Contestant {
  return {
    ...about,
    async start(signal) {
      const first = await processRun(program, read, signal);
      return {
        readiness: {
          version: first.version,
          warmUp: "one whole run before",
          readySeconds: first.measurement.details?.["processSeconds"] ?? 0,
          ...(first.answer !== undefined && { answer: first.answer }),
        },
        run: async () => (await processRun(program, read, signal)).measurement,
        stop: () => Promise.resolve(),
      } satisfies Running;
    },
  };
}

async function processRun(
  program: Program,
  read: (output: string) => ProcessRun,
  signal: AbortSignal,
): Promise<ProcessRun> {
  const cpuBefore = endedChildrenSeconds();
  const started = performance.now();
  const output = await runProgram(program, signal);
  const processSeconds = (performance.now() - started) / 1000;
  const cpuAfter = endedChildrenSeconds();
  const run = read(output);
  const details = { ...run.measurement.details, processSeconds };
  const cpu = cpuBefore !== null && cpuAfter !== null && { cpuSeconds: cpuAfter - cpuBefore };
  return { ...run, measurement: { ...run.measurement, ...cpu, details } };
}

function unexpected(name: string, wanted: string, got: object): SpuriousError {
  return new SpuriousError(
    "BENCH_FAILED",
    `measuring: ${name}: expected a message "${wanted}", got "${Object.keys(got).join(", ")}"`,
    { input: name },
  );
}
