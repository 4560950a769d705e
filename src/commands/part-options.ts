import { Option } from "clipanion";
import type { PartDocument, PartWork } from "../cluster/part.js";
import type { PartPlace } from "../cluster/part-folder.js";
import { chosenShard } from "../cluster/shard.js";
import { listedDevices } from "../cluster/devices.js";
import { SpuriousError } from "../errors.js";
import { counted } from "../report/format.js";
import { wholeNumber } from "./base.js";

/** Options of every command whose work can be cut into parts. */
export const shardOption = () =>
  Option.String("--shard", {
    description: "i/n: do part i of n parts only (else SPURIOUS_NATIVE_SHARD); `merge` joins them",
  });
export const partsOption = () =>
  Option.String("--parts", {
    description: "Instead of --out: folder of all parts; goes on by itself with what is there",
  });
export const workersOption = () =>
  Option.String("--workers", {
    description: "Do the work in N processes at once; with --device cuda:0,1 each has its GPU",
  });

/** Number of workers of a command line; null for none: a list of devices asks for one on each. */
export function workerCount(workers: string | undefined, device: string): number | null {
  return wholeNumber("--workers", workers, 1) ?? listedDevices(device) ?? null;
}

/** What a command with these options was asked for. */
export interface PartFlags {
  readonly shard: string | undefined;
  readonly parts: string | undefined;
  readonly workers: string | undefined;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly resume: boolean;
}

/** Where the part goes that a command line asks for; null for the whole. @throws USAGE_INVALID */
export function partPlace({ shard, parts, out, force, resume }: PartFlags): PartPlace | null {
  const chosen = chosenShard(shard);
  if (chosen !== undefined) return { shard: chosen, out, parts, force, resume };
  if (parts === undefined) return null;
  throw new SpuriousError(
    "USAGE_INVALID",
    "reading the command line: --parts: expected --shard i/n or SPURIOUS_NATIVE_SHARD beside it, got neither",
  );
}

/** @throws USAGE_INVALID a command that writes its result was not told where */
export function requireOut(out: string | undefined): string {
  if (out !== undefined) return out;
  throw new SpuriousError(
    "USAGE_INVALID",
    "reading the command line: --out: expected where the result goes, got none",
  );
}

/** The readable result of a part. */
export function partLines({ command, shard, work }: PartDocument): string[] {
  const { done, unit } = work;
  const things = countedWork(done, unit);
  return [`Part ${String(shard.index)} of ${String(shard.of)} of ${command}: ${things}`];
}

/** "1 class", "2 images" */
export function countedWork(count: number, unit: PartWork["unit"]): string {
  return counted(count, unit === "classes" ? "class" : "image", unit);
}
