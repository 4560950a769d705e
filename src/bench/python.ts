import type { Program } from "./child.js";
import { peerFile } from "./files.js";

export const PYTHON_VARIABLE = "SPURIOUS_NATIVE_BENCH_PYTHON";

/** The Python that runs the peers: the one named by the environment, else the one on the path. */
export function benchPython(): string {
  return process.env[PYTHON_VARIABLE] ?? "python3";
}

/** A Python program of bench/peers, with as many threads as everybody else. */
export function pythonProgram(
  python: string,
  file: string,
  args: Readonly<Record<string, string | number>>,
  threads: number,
): Program {
  return {
    command: python,
    args: [
      // No user site: what the interpreter itself has is what is measured.
      "-s",
      peerFile(file),
      ...Object.entries(args).flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    ],
    // The package's folder may be anybody's: no caches are left in it.
    env: { ...threadVariables(threads), PYTHONDONTWRITEBYTECODE: "1" },
    ifMissing: {
      reason: `there is no Python: ${python}`,
      install: `install Python 3 or set ${PYTHON_VARIABLE} to the one to use`,
    },
  };
}

/** What numerical libraries read at their start. */
export function threadVariables(threads: number): Record<string, string> {
  const count = String(threads);
  return {
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    // Compiles in the process itself, so that no helpers stay behind.
    TORCHINDUCTOR_COMPILE_THREADS: "1",
  };
}
