// A stand-in for pip: a script that knows one small wheel.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { fakeTorch, programs, temporaryFolder, writeFile } from "./set-up.js";

const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], {
  encoding: "utf8",
}).trim();

export interface Behaviour {
  /** Whether the index has a CPU build beside the plain wheel. */
  readonly cpu: boolean;
  readonly failDownload?: boolean;
  readonly unreachable?: boolean;
  readonly announcedHash?: string;
}

/** An environment whose python3 has no torch and a pip that knows one wheel. */
export function packageIndex(t: TestContext, behaviour: Behaviour) {
  const folder = temporaryFolder(t);
  const cache = join(folder, "cache");
  const log = join(folder, "calls");
  writeFileSync(log, "");
  const wheel = makeWheel(folder);
  const report = join(folder, "report.json");
  const entry = {
    download_info: {
      url: pathToFileURL(wheel).href,
      archive_info: { hashes: { sha256: behaviour.announcedHash ?? hash(wheel) } },
    },
    metadata: { requires_dist: ["filelock"] },
  };
  writeFileSync(report, JSON.stringify({ install: [entry] }));
  const known = behaviour.cpu ? "*" : "*torch==2.13.0";
  const answer = behaviour.unreachable
    ? `echo "NewConnectionError: Name or service not known" >&2; exit 1`
    : `case "$*" in *--index-url*) echo "ERROR: nothing" >&2; exit 1 ;; ${known}) cat "${report}" ;;
       *) echo "ERROR: No matching distribution" >&2; exit 1 ;; esac`;
  const download = behaviour.failDownload ? "exit 2" : `cp "${wheel}" "$8/"`;
  const python3 = `#!/bin/sh
PATH=/usr/bin:/bin
echo "$*" >> "${log}"
case "$*" in
  *version_info*) echo 3 ;;
  *find_spec*) ;;
  "-m pip --version") ;;
  "-m pip install --dry-run"*) ${answer} ;;
  "-m pip download --progress-bar off --only-binary=:all: --dest"*) echo downloading now; ${download} ;;
  *unpack_wheel.py*) exec "${PYTHON}" "$@" ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
`;
  const env = {
    PATH: programs(folder, { python3 }),
    HOME: folder,
    SPURIOUS_NATIVE_CACHE: cache,
  };
  return { env, cache, wheel, calls: () => readFileSync(log, "utf8").trim().split("\n") };
}

/** A torch wheel with a few empty files: what is needed and what is not. */
function makeWheel(folder: string): string {
  const content = join(folder, "wheel");
  fakeTorch(join(content, "torch"), "2.13.0");
  writeFile(join(content, "torch", "lib", "libtorch_python.so"), "");
  writeFile(join(content, "torch", "nn", "linear.py"), "");
  writeFile(join(content, "torch-2.13.0.dist-info", "METADATA"), "Name: torch\n");
  mkdirSync(join(folder, "index"));
  const wheel = join(folder, "index", "torch-2.13.0-cp311-cp311-linux_x86_64.whl");
  execFileSync(PYTHON, ["-m", "zipfile", "-c", wheel, "torch", "torch-2.13.0.dist-info"], {
    cwd: content,
  });
  return wheel;
}

export function finalFolder(cache: string): string {
  return join(cache, "libtorch", `2.13.0-${process.platform}-${process.arch}`);
}

export function hash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
