// Fetches libtorch once into the user's cache: pip downloads torch's wheel, and only what a C++
// program needs is unpacked. Nothing in these parts depends on the Python that pip belongs to.

import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

import { withLock } from "./lock.mjs";
import { cacheFolder } from "./paths.mjs";
import { run } from "./process.mjs";
import { requirePip } from "./python.mjs";
import { megabytes, say, SetupError } from "./report.mjs";
import { readText } from "./stamp.mjs";

const VERSION = "2.13.0";
const CPU_INDEX = ["--index-url", "https://download.pytorch.org/whl/cpu"];
const SET_INSTEAD =
  "set SPURIOUS_NATIVE_LIBTORCH to a folder that holds include/ and lib/ of torch 2.11 to 2.14, " +
  "for example the torch folder of any Python environment: " +
  'python3 -c "import torch; print(torch.__path__[0])"';
/** Written last into a finished folder; what it was made from. */
const RECORD = "libtorch.json";
const UNPACK = fileURLToPath(new URL("unpack_wheel.py", import.meta.url));

/**
 * Where a wheel may come from. On many indexes the plain wheel is a CUDA build of gigabytes, so
 * the CPU build is asked for first. On macOS every wheel is a CPU build.
 */
const SOURCES = [
  { name: "the configured package index", requirement: `torch==${VERSION}+cpu`, args: [] },
  { name: "PyTorch's CPU index", requirement: `torch==${VERSION}+cpu`, args: CPU_INDEX },
  { name: "the configured package index, plain wheel", requirement: `torch==${VERSION}`, args: [] },
].slice(process.platform === "darwin" ? 2 : 0);

/** A wheel of another Python does as well, should there be none for this one. */
const PYTHONS = [[], ["--python-version", "3.11"], ["--python-version", "3.12"]];

/** Home directories may be shared by machines of several kinds. */
const finalFolder = () =>
  join(cacheFolder(), "libtorch", `${VERSION}-${process.platform}-${process.arch}`);

/** Names of what is being made: in the cache, where all is ours, and in a folder of the user's. */
const TEMPORARY = { cache: "tmp-", elsewhere: ".spurious-native-tmp-" };

/** @returns {import("./libtorch.mjs").Place} the cached libtorch; root is null when there is none */
export function cachedLibtorch() {
  const folder = finalFolder();
  const root = existsSync(join(folder, RECORD)) ? join(folder, "torch") : null;
  return { how: "user cache", root, reason: `nothing in ${folder}` };
}

/**
 * What a fetched folder was made from; null for any other folder.
 * @param {string} folder
 * @returns {{ version: string, source: string, wheels: { file: string, sha256: string }[] } | null}
 */
export function fetchRecord(folder) {
  const text = readText(join(folder, RECORD));
  return text === null ? null : JSON.parse(text);
}

/**
 * Downloads into the cache and unpacks.
 * @param {import("./libtorch.mjs").Place[]} passedOver where a libtorch was looked for in vain
 * @returns {Promise<string>} the folder with include/ and lib/
 */
export function fetchLibtorch(passedOver) {
  for (const { how, root, reason } of passedOver) {
    if (root !== null) say(`libtorch of ${how} is not used: ${root}: ${reason}`);
  }
  return fetchInto(finalFolder(), TEMPORARY.cache);
}

/**
 * Downloads and unpacks; when another process is doing so, waits and uses what that one made.
 * @param {string} target a folder that is not there yet, or one that was fetched before
 * @param {string} [temporary] how the names of folders begin that may be cleared away beside it
 * @returns {Promise<string>} the folder in it with include/ and lib/
 */
export async function fetchInto(target, temporary = TEMPORARY.elsewhere) {
  const python = await requirePip("LIBTORCH_MISSING", "libtorch cannot be fetched", SET_INSTEAD);
  const parent = dirname(target);
  const onWait = (/** @type {string} */ holder) =>
    say(`waiting for ${holder}, which fetches libtorch`);
  return withLock(
    join(parent, temporary === TEMPORARY.cache ? "fetch.lock" : `.${basename(target)}.lock`),
    async () => {
      if (existsSync(join(target, RECORD))) return join(target, "torch");
      // With the lock held, what others have left here was interrupted.
      for (const name of readdirSync(parent)) {
        if (name.startsWith(temporary))
          rmSync(join(parent, name), { recursive: true, force: true });
      }
      const folder = join(parent, `${temporary}${process.pid}`);
      mkdirSync(folder);
      try {
        await fillFolder(python, folder, target);
        rmSync(target, { recursive: true, force: true });
        renameSync(folder, target);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
      return join(target, "torch");
    },
    { onWait },
  );
}

/** @param {string} python @param {string} folder @param {string} target where it goes */
async function fillFolder(python, folder, target) {
  const downloads = join(folder, "downloads");
  mkdirSync(downloads);
  const plan = await makePlan(python);
  say(`libtorch ${VERSION} is fetched once, from ${plan.source.name}: ${plan.text}`);
  say(`  into ${target}`);
  await download(python, downloads, [...plan.args, "--no-deps", plan.source.requirement]);
  if (plan.cudaPackages.length > 0)
    await download(python, downloads, [...plan.args, ...plan.cudaPackages]);

  /** @type {{ file: string, sha256: string }[]} */
  const wheels = [];
  for (const file of readdirSync(downloads).sort()) {
    const sha256 = await hashFile(join(downloads, file));
    if (plan.sha256 && file.startsWith("torch-") && sha256 !== plan.sha256) {
      throw failure(`${file}: expected SHA-256 ${plan.sha256}, got ${sha256}`);
    }
    wheels.push({ file, sha256 });
    say(`unpacking ${file}`);
    const { status, output } = await run(python, [UNPACK, join(downloads, file), folder]);
    if (status !== 0) throw failure(`${file}: it cannot be unpacked\n${lastLines(output)}`);
  }
  rmSync(downloads, { recursive: true });
  const record = {
    version: VERSION,
    source: plan.source.name,
    wheels,
    fetched: new Date().toISOString(),
  };
  writeFileSync(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Asks pip what it would download, and how large that is.
 * @param {string} python
 */
async function makePlan(python) {
  /** @type {string[]} */
  const refusals = [];
  for (const source of SOURCES) {
    for (const pythonVersion of PYTHONS) {
      const args = [...source.args, ...pythonVersion];
      const outcome = await askPip(python, [...args, "--no-deps", source.requirement]);
      if (outcome.wheels.length > 0) {
        const [wheel] = outcome.wheels;
        const cudaPackages = (wheel?.requires ?? []).filter((name) =>
          /^(cuda-toolkit|nvidia-)/.test(name),
        );
        const cuda = cudaPackages.length ? await askPip(python, [...args, ...cudaPackages]) : null;
        const text = await describeSize(python, outcome.wheels, cuda?.wheels ?? null);
        return { source, args, cudaPackages, sha256: wheel?.sha256 ?? null, text };
      }
      refusals.push(`  ${source.name}, ${source.requirement}: ${outcome.reason}`);
      // Another Python's wheel is not to be had either where the index cannot be reached.
      if (outcome.unreachable) break;
    }
  }
  throw failure(
    `no source has torch ${VERSION} for ${process.platform} ${process.arch}:\n${[...new Set(refusals)].join("\n")}`,
  );
}

/**
 * @param {string} python
 * @param {string[]} args
 */
async function askPip(python, args) {
  // A target folder, because pip asks for one where another Python's wheels are wanted.
  const command = [
    "-m",
    "pip",
    "install",
    "--dry-run",
    "--ignore-installed",
    "--quiet",
    "--report",
    "-",
  ];
  command.push("--only-binary=:all:", "--retries", "1", "--target", join(cacheFolder(), "unused"));
  const { status, stdout, output } = await run(python, [...command, ...args]);
  if (status === 0) {
    const { install } = JSON.parse(stdout);
    return {
      wheels: /** @type {any[]} */ (install).map(readReportEntry),
      reason: "",
      unreachable: false,
    };
  }
  const unreachable =
    /NewConnectionError|NameResolution|ConnectTimeout|timed out|SSLError|ProxyError/i.test(output);
  if (/no such option: --(dry-run|report)/.test(output)) {
    throw failure(`${python} -m pip is too old: expected pip 22.2 or newer`);
  }
  const errors = output.split("\n").filter((line) => line.startsWith("ERROR:"));
  const reason = unreachable
    ? "the index cannot be reached"
    : (errors.at(-1) ?? lastLines(output, 1));
  return { wheels: [], reason, unreachable };
}

/** @param {any} entry of pip's installation report */
function readReportEntry(entry) {
  return {
    url: String(entry.download_info.url),
    sha256: /** @type {string | undefined} */ (entry.download_info.archive_info?.hashes?.sha256),
    requires: /** @type {string[]} */ (entry.metadata.requires_dist ?? []),
  };
}

/**
 * @param {string} python
 * @param {{ url: string }[]} torch
 * @param {{ url: string }[] | null} cuda
 */
async function describeSize(python, torch, cuda) {
  const torchBytes = await totalBytes(python, torch);
  if (cuda === null) return torchBytes ? megabytes(torchBytes) : "about 190 MB";
  const cudaBytes = await totalBytes(python, cuda);
  const total = torchBytes && cudaBytes ? megabytes(torchBytes + cudaBytes) : "about 3 GB";
  return `${total} (only a CUDA build is to be had; with its ${cuda.length} CUDA packages)`;
}

/**
 * @param {string} python
 * @param {{ url: string }[]} wheels
 * @returns {Promise<number | null>} null when a server does not tell
 */
async function totalBytes(python, wheels) {
  const program = `
import sys, urllib.request
print(sum(int(urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=10)
              .headers["Content-Length"]) for url in sys.argv[1:]))`;
  let bytes = 0;
  const remote = [];
  for (const { url } of wheels) {
    if (url.startsWith("file:")) bytes += statSync(fileURLToPath(url)).size;
    else remote.push(url);
  }
  if (remote.length === 0) return bytes;
  const { status, stdout } = await run(python, ["-c", program, ...remote]);
  return status === 0 ? bytes + Number(stdout) : null;
}

/**
 * @param {string} python
 * @param {string} folder
 * @param {string[]} args
 */
async function download(python, folder, args) {
  const command = ["-m", "pip", "download", "--progress-bar", "off", "--only-binary=:all:"];
  const { status, output } = await run(python, [...command, "--dest", folder, ...args], {
    show: true,
  });
  if (status !== 0) throw failure(`the download stopped:\n${lastLines(output)}`);
}

/** @param {string} path */
async function hashFile(path) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** @param {string} text @param {number} [count] */
function lastLines(text, count = 5) {
  return text.trim().split("\n").slice(-count).join("\n");
}

/** @param {string} what */
function failure(what) {
  return new SetupError("LIBTORCH_MISSING", `libtorch cannot be fetched: ${what}`, SET_INSTEAD);
}
