import type { Random } from "../helpers/random.js";
import { mutate } from "./mutations.js";

/** Stands for lists in lists, of which nothing that goes from value to value finds the end. */
const DEEP = "@DEEP@";
const DEPTH = 20_000;

/** What stands where something else should. */
const STRANGERS: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e300,
  2 ** 31,
  -0.5,
  "",
  "text",
  "3",
  "__proto__",
  "constructor",
  "..",
  "../escaped",
  "../../escaped",
  "../../../escaped",
  DEEP,
  "\u0000\u001b[31m",
  [],
  {},
  [null],
  [[1, 2], "3"],
  { a: { b: null } },
];

type Container = Record<string, unknown> | unknown[];

/** A JSON document in which one to three values or names are others, or gone; or its text damaged. */
export function mutateJson(text: string, random: Random): Uint8Array {
  if (random.next() < 0.15) return mutate(Buffer.from(text), random);
  const root: { document: unknown } = { document: JSON.parse(text) };
  for (let n = random.integer(1, 3); n > 0; n--) changeOne(root, random);
  const deep = "[".repeat(DEPTH) + "]".repeat(DEPTH);
  const changed = JSON.stringify(root.document) ?? "null";
  return Buffer.from(changed.replace(JSON.stringify(DEEP), deep));
}

function changeOne(root: { document: unknown }, random: Random): void {
  let container: Container = root;
  let key = "document";
  // Down the document, so that every depth has its turn.
  for (;;) {
    const value: unknown = (container as Record<string, unknown>)[key];
    if (typeof value !== "object" || value === null || random.next() < 0.12) break;
    const keys = Object.keys(value);
    if (keys.length === 0) break;
    container = value as Container;
    key = random.pick(keys);
  }
  const isListed = Array.isArray(container);
  if (random.next() < 0.3 && container !== (root as Container)) {
    if (isListed) (container as unknown[]).splice(Number(key), 1);
    else delete (container as Record<string, unknown>)[key];
  } else if (!isListed && random.next() < 0.1 && container !== (root as Container)) {
    const { [key]: value, ...others } = container as Record<string, unknown>;
    for (const name of Object.keys(container)) delete (container as Record<string, unknown>)[name];
    Object.assign(container, others, { [String(random.pick(STRANGERS))]: value });
  } else {
    (container as Record<string, unknown>)[key] = structuredClone(random.pick(STRANGERS));
  }
}
