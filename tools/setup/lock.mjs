// One process at a time, also across machines that share a home directory. The lock is a file
// that open(..., "wx") creates (atomic on NFS too) and whose holder renews its time stamp.

import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { onSignal } from "./process.mjs";

const RENEW_MS = 5_000;
/** A holder that has not renewed for this long is gone, on whatever machine it ran. */
const STALE_MS = 60_000;
const POLL_MS = 300;

/**
 * Holds the lock while `work` runs. Waits for another holder; one that died is replaced.
 * @template T
 * @param {string} path the lock file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: string) => void }} [options] called once when there is a wait
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  mkdirSync(dirname(path), { recursive: true });
  const content = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  let waited = false;
  let file = tryTake(path, content);
  for (; file === null; file = tryTake(path, content)) {
    const held = readHolder(path);
    if (held === null) continue;
    if (isStale(path, held)) {
      removeStale(path, held.content);
      continue;
    }
    if (!waited) options.onWait?.(`process ${held.pid} on ${held.host}`);
    waited = true;
    await sleep(POLL_MS);
  }
  const release = () => {
    if (readHolder(path)?.content === content) rmSync(path, { force: true });
  };
  const mine = file;
  const renewal = setInterval(() => renew(mine, content), RENEW_MS);
  onSignal.add(release);
  try {
    return await work();
  } finally {
    clearInterval(renewal);
    onSignal.delete(release);
    closeSync(mine);
    release();
  }
}

/**
 * @param {string} path
 * @param {string} content
 * @returns {number | null} the open lock file, or null when another process holds the lock
 */
function tryTake(path, content) {
  try {
    const file = openSync(path, "wx");
    renew(file, content);
    return file;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return null;
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {{ content: string, pid: number, host: string } | null} null when there is no lock
 */
function readHolder(path) {
  try {
    const content = readFileSync(path, "utf8");
    // Empty for the instant between its creation and its writing.
    const { pid, host } = content ? JSON.parse(content) : { pid: 0, host: "unknown" };
    return { content, pid, host };
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return null;
    return { content: "", pid: 0, host: "unknown" };
  }
}

/** @param {string} path @param {{ pid: number, host: string }} holder */
function isStale(path, holder) {
  if (holder.host === hostname() && holder.pid > 0 && !isAlive(holder.pid)) return true;
  // Both times come from the file server's clock, which need not agree with this machine's.
  const probe = `${path}.${process.pid}.probe`;
  try {
    writeFileSync(probe, "");
    return statSync(probe).mtimeMs - statSync(path).mtimeMs > STALE_MS;
  } catch {
    return false;
  } finally {
    rmSync(probe, { force: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Renaming is atomic, so of several that find the lock stale one moves it away. Should it have
 * been replaced by a live one in between, that one is put back.
 * @param {string} path
 * @param {string} staleContent
 */
function removeStale(path, staleContent) {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") === staleContent) rmSync(aside, { force: true });
    else renameSync(aside, path);
  } catch {
    // Another process was quicker.
  }
}

/**
 * Writing (and not setting the time) leaves the time stamp to the file server's clock; through the
 * open file, a lock that was taken away is not written again.
 * @param {number} file
 * @param {string} content
 */
function renew(file, content) {
  writeSync(file, content, 0);
  fsyncSync(file);
}
