// The active Python. It is used for pip, for unpacking wheels and for asking where its torch is;
// never when the program runs.

import { run } from "./process.mjs";
import { SetupError } from "./report.mjs";

/** @type {Promise<string | null> | undefined} */
let found;

/** The command of the active Python 3, or null. */
export function findPython() {
  found ??= (async () => {
    for (const name of ["python3", "python"]) {
      const { status, stdout } = await run(name, ["-c", "import sys; print(sys.version_info[0])"]);
      if (status === 0 && stdout.trim() === "3") return name;
    }
    return null;
  })();
  return found;
}

/**
 * The command of a Python 3 that has pip.
 * @param {string} code the error's code
 * @param {string} purpose what pip is needed for
 * @param {string} alternative what to do without it
 */
export async function requirePip(code, purpose, alternative) {
  const python = await findPython();
  if (python === null) {
    throw new SetupError(
      code,
      `${purpose}: Python: expected python3 on PATH (for its pip), found none`,
      `install Python 3 with pip (Debian, Ubuntu: apt install python3 python3-pip), or ${alternative}`,
    );
  }
  const { status } = await run(python, ["-m", "pip", "--version"]);
  if (status !== 0) {
    throw new SetupError(
      code,
      `${purpose}: ${python}: expected the module pip, found none`,
      `install it (Debian, Ubuntu: apt install python3-pip), or ${alternative}`,
    );
  }
  return python;
}
