import { Worker } from "node:worker_threads";

/** Starts a worker thread on a TypeScript file; Node 20 hands tsx's loader to no thread by itself. */
export function startTsWorker(script: URL, workerData: unknown): Worker {
  const loader = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const code = `
    import(${loader}).then(({ register }) => {
      register();
      return import(${JSON.stringify(script.href)});
    });`;
  return new Worker(code, { eval: true, workerData, execArgv: [] });
}
