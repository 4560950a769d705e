import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute path of something below test/fixtures. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
}

export function readFixture(path: string): Buffer {
  return readFileSync(fixture(path));
}

/** A JSON document below test/fixtures; the caller says what is in it. */
export function jsonFixture<T>(path: string): T {
  return JSON.parse(readFixture(path).toString("utf8")) as T;
}
