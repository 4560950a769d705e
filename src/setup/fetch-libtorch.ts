import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isErrorCode, SpuriousError } from "../errors.js";

/** Plain JavaScript beside the package: it works before anything is built. */
const SCRIPT = fileURLToPath(new URL("../../tools/setup/libtorch.mjs", import.meta.url));
/** What the script writes last into a finished folder. */
const RECORD = "libtorch.json";

export interface FetchLibtorchRequest {
  /** A folder that does not exist, is empty, or was fetched before. */
  readonly to: string;
  /** Gets each line of progress. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** The document of `fetch-libtorch --json`. */
export interface FetchedLibtorch {
  readonly folder: string;
  /** With include/ and lib/: the value of SPURIOUS_NATIVE_LIBTORCH. */
  readonly root: string;
  readonly version: string;
  /** Whether it is a CUDA build. */
  readonly cuda: boolean;
  readonly source: string;
  /** The downloaded files, with their SHA-256. */
  readonly wheels: readonly { readonly file: string; readonly sha256: string }[];
}

/**
 * Fetches libtorch into a folder, for a machine that has no network: what the installation does by
 * itself. Neither the addon nor a compiler is needed.
 * @throws OUTPUT_EXISTS the folder holds something else; LIBTORCH_MISSING it cannot be fetched
 */
export async function fetchLibtorch(request: FetchLibtorchRequest): Promise<FetchedLibtorch> {
  const folder = resolve(request.to);
  await refuseOther(folder);
  const { status, stdout, stderr } = await runScript(folder, request.onLine);
  if (status === 0) return JSON.parse(stdout) as FetchedLibtorch;
  throw setupError(stderr, folder);
}

async function refuseOther(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? [] : [String(error.code)],
  );
  if (names.length === 0 || existsSync(join(folder, RECORD))) return;
  throw new SpuriousError(
    "OUTPUT_EXISTS",
    `fetching libtorch: ${folder}: expected a new or an empty folder, got one with ${names.slice(0, 3).join(", ")}`,
    { input: folder, hint: "choose another --to" },
  );
}

function runScript(
  folder: string,
  onLine: (line: string) => void = () => undefined,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [SCRIPT, "--to", folder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr, rest] = ["", "", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (!/^(error\[|hint: )/.test(line)) onLine(line);
  });
  return new Promise((resolvePromise, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolvePromise({ status, stdout, stderr }));
  });
}

/** The script prints its failure as this program does. */
function setupError(stderr: string, input: string): SpuriousError {
  const printed = stderr.slice(Math.max(0, stderr.lastIndexOf("error["))).trim();
  const [, code] = /^error\[(\w+)\]: /.exec(printed) ?? [];
  if (!isErrorCode(code)) {
    const last = printed.split("\n").at(-1) ?? "";
    return new SpuriousError("LIBTORCH_MISSING", `fetching libtorch: ${input}: ${last}`, { input });
  }
  const [message = "", hint] = printed.slice(`error[${code}]: `.length).split("\nhint: ");
  return new SpuriousError(code, message, { input, hint });
}
