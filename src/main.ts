import { run } from "./cli.js";
import { EXIT_STATUS } from "./errors.js";

const controller = new AbortController();
let watched = false;

/** Signals stop the work cleanly, from when a command says that it watches for them. */
function watch(): AbortSignal {
  if (watched) return controller.signal;
  watched = true;
  // A worker whose parent has ended stops as if it had been told to.
  process.once("disconnect", () => controller.abort("SIGTERM"));
  process.channel?.unref();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      // A second signal means now.
      if (controller.signal.aborted) process.exit(name === "SIGTERM" ? 143 : 130);
      process.stderr.write(`\n${name}: stopping after the current batch\n`);
      controller.abort(name);
    });
  }
  return controller.signal;
}

// A reader that went away (`| head`) is not an error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error[OUTPUT_WRITE_FAILED]: writing to stdout: ${error.message}\n`);
  process.exit(EXIT_STATUS.environment);
});

process.exitCode = await run(process.argv.slice(2), process, { watch });
