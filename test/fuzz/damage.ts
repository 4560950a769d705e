import type { Random } from "../helpers/random.js";
import { mutateJson } from "./json-mutations.js";
import { mutate } from "./mutations.js";

/** A file damaged in the way that goes with its ending: as bytes, as JSON, or as lines of JSON. */
export function damage(name: string, content: Buffer, random: Random): Uint8Array {
  if (name.endsWith(".json")) return mutateJson(content.toString(), random);
  if (name.endsWith(".safetensors")) return safetensors(content, random);
  if (!name.endsWith(".jsonl") || random.next() < 0.3) return mutate(content, random);
  const lines = content.toString().trimEnd().split("\n");
  const at = random.integer(0, lines.length - 1);
  lines[at] = Buffer.from(mutateJson(lines[at] ?? "", random)).toString();
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Mostly the header: what is wrong with the numbers behind it is no fault of the format. */
function safetensors(content: Buffer, random: Random): Uint8Array {
  if (random.next() < 0.3) return mutate(content, random);
  const end = 8 + Number(content.readBigUInt64LE(0));
  const header = Buffer.from(mutateJson(content.toString("utf8", 8, end), random));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, content.subarray(end)]);
}
