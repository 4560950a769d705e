import { execFileSync } from "node:child_process";

/** Set where tests may submit jobs to the Slurm whose clients are on the PATH. */
const VARIABLE = "SPURIOUS_NATIVE_TEST_SLURM";

/** Why tests on a real Slurm are skipped; false where they can run. */
export function slurmMissing(): string | false {
  if (process.env[VARIABLE] !== "1") return `${VARIABLE}=1 is not set`;
  try {
    execFileSync("squeue", ["--noheader"], { stdio: "pipe" });
    return false;
  } catch {
    return "squeue gives no answer";
  }
}

export function slurm(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Process of the daemon of a node on this machine. */
export function slurmDaemon(node: string): number {
  const pids = slurm("pgrep", "-f", `slurmd .*-N ?${node}( |$)`).trim().split("\n");
  return Number(pids[0]);
}
