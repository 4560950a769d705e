import type { Measurement, Readiness } from "./contestant.js";

/**
 * What a contestant's process says, one JSON document a line on its standard output; other lines
 * are none of the benchmark's business. It is asked for a run by a line on its standard input and
 * ends when that is closed.
 */
export type Message =
  | { readonly ready: Omit<Readiness, "readySeconds"> }
  | { readonly run: Measurement }
  | { readonly missing: { readonly reason: string; readonly install: string | null } }
  | { readonly failed: string };

const KINDS = ["ready", "run", "missing", "failed"];

/** Null for a line that is no message. */
export function parseMessage(line: string): Message | null {
  if (!line.startsWith("{")) return null;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return KINDS.some((kind) => kind in value) ? (value as Message) : null;
  } catch {
    return null;
  }
}
