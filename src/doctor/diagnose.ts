import { execFile } from "node:child_process";
import { lstat, readdir } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import sharp from "sharp";
import { findLocations, type Location } from "../config/locations.js";
import { SpuriousError } from "../errors.js";
import { ADDON_FILE, addon } from "../native/load.js";
import { VERSION } from "../version.js";

type Section = Record<string, string | number | boolean | null>;

export interface Diagnosis {
  readonly sections: Readonly<Record<string, Section>>;
  /** What does not work although it is needed; empty on a healthy machine. */
  readonly problems: readonly { code: string; message: string; hint: string }[];
}

const LIBTORCH_SCRIPT = fileURLToPath(new URL("../../tools/setup/libtorch.mjs", import.meta.url));

/** Looks at everything a run depends on; nothing is fetched or built. */
export async function diagnose(): Promise<Diagnosis> {
  const problems: SpuriousError[] = [];
  const attempt = <T>(look: () => T): T | null => {
    try {
      return look();
    } catch (error) {
      if (!(error instanceof SpuriousError)) throw error;
      problems.push(error);
      return null;
    }
  };
  const libtorch = await locateLibtorch();
  const sections = {
    Program: programSection(),
    "Native addon": attempt(addonSection) ?? { file: ADDON_FILE, works: false },
    libtorch: libtorchSection(libtorch),
    CPU: cpuSection(),
    CUDA: attempt(cudaSection) ?? {},
    Eigensolvers: attempt(solverSection) ?? {},
    Images: imagesSection(),
    Data: attempt(dataSection) ?? {},
    Cache: await cacheSection(libtorch.cache),
  };
  return { sections, problems: problems.map((problem) => problem.toJSON()) };
}

function programSection(): Section {
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

function addonSection(): Section {
  const { version, torch, simd, simdLevels, cpuCapability } = addon().addonInfo();
  return {
    file: ADDON_FILE,
    works: true,
    version,
    "built with torch": torch,
    SIMD: `${simd} (can: ${simdLevels.join(", ")})`,
    "torch kernels": cpuCapability,
  };
}

interface LocatedLibtorch {
  readonly cache: string | null;
  readonly found: { root: string; how: string; version: string; cuda: boolean } | null;
  readonly passedOver: readonly { how: string; root: string | null; reason: string }[];
  readonly failure?: string;
}

/** The set-up's own search, in a process of its own: it is plain JavaScript beside the package. */
async function locateLibtorch(): Promise<LocatedLibtorch> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [LIBTORCH_SCRIPT, "--json"]);
    return JSON.parse(stdout) as LocatedLibtorch;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const failure = (stderr ?? String(error)).split("\n")[0] ?? "";
    return { cache: null, found: null, passedOver: [], failure };
  }
}

function libtorchSection({ found, passedOver, failure }: LocatedLibtorch): Section {
  const tried = passedOver.map(({ how, reason }) => [how, reason] as const);
  if (found === null) {
    return { found: failure ?? "none; it is fetched when the addon is built", ...toSection(tried) };
  }
  return {
    folder: found.root,
    "found by": found.how,
    version: found.version,
    build: found.cuda ? "CUDA" : "CPU",
    ...toSection(tried),
  };
}

function cpuSection(): Section {
  return {
    model: cpus()[0]?.model ?? "unknown",
    threads: availableParallelism(),
    "images decoded at a time": process.env["UV_THREADPOOL_SIZE"] ?? "4 (Node's default)",
    memory: gigabytes(totalmem()),
  };
}

function cudaSection(): Section {
  const { cudaCompiled } = addon().addonInfo();
  if (!cudaCompiled) return { support: "not built in: the addon was built with a CPU libtorch" };
  const devices = addon().cudaDevices();
  if (devices.length === 0) return { support: "built in; no device or no driver" };
  return toSection([
    ["support", "built in"],
    ...devices.map(
      ({ index, name, memoryBytes }) =>
        [`cuda:${String(index)}`, `${name}, ${gigabytes(memoryBytes)}`] as const,
    ),
  ]);
}

function solverSection(): Section {
  return toSection(
    addon()
      .pcaSolvers()
      .map(({ name, available, detail }) => [
        name,
        available ? detail : `not available: ${detail}`,
      ]),
  );
}

function imagesSection(): Section {
  const { sharp: version, vips } = sharp.versions;
  return { sharp: version ?? "unknown", libvips: vips };
}

function dataSection(): Section {
  const { data, val } = findLocations();
  const describe = (location: Location | null): string | null =>
    location && `${location.value} (${location.source})`;
  return { "spurious pictures": describe(data), "validation pictures": describe(val) };
}

async function cacheSection(folder: string | null): Promise<Section> {
  if (folder === null) return { folder: null };
  return { folder, size: gigabytes(await sizeOf(folder)) };
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      lstat(join(folder, name)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function toSection(entries: readonly (readonly [string, string])[]): Section {
  return Object.fromEntries(entries);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
