import { run } from "./cli.js";

const controller = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    // A second signal means now.
    if (controller.signal.aborted) process.exit(name === "SIGTERM" ? 143 : 130);
    process.stderr.write(`\n${name}: stopping after the current batch\n`);
    controller.abort(name);
  });
}
// A reader that went away (`| head`) is not an error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), process, controller.signal);
