import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

import { SpuriousError } from "../errors.js";
import {
  type ClassMapDocument,
  classMapOfDocument,
  documentOf,
  parseClassMap,
} from "./class-map-file.js";
import { classTable } from "./class-table.js";
import type { ClassMap } from "./class-info.js";
import { type WideHead, imageNetClasses, wideHeads } from "./facts.js";

const IMAGENET_1K = "imagenet1k";
const IMAGENET_1K_WIDTH = 1000;

const builtIn = new Map<string, ClassMap>();

/** The 1000 classes with column = index. */
export function imagenet1k(): ClassMap {
  return builtInMap(IMAGENET_1K) as ClassMap;
}

/** Every map that --class-map takes by name, and where the ImageNet-1k classes lie in its head. */
export function builtInHeads(): readonly WideHead[] {
  const columns = Array.from({ length: IMAGENET_1K_WIDTH }, (_, index) => index);
  return [{ name: IMAGENET_1K, width: IMAGENET_1K_WIDTH, columns }, ...wideHeads()];
}

/**
 * The class map of a model.
 * @param spec a built-in name, a file (JSON document or list, see docs/datasets.md), a document from
 *   the model's metadata, or undefined: then only a head of 1000 columns has an answer
 * @param headWidth outputs of the model; null when there is no model
 * @throws CLASS_MAP_INVALID nothing given for another width, no such name or file, damaged, or made
 *   for another width
 */
export function resolveClassMap(
  spec: string | ClassMapDocument | undefined,
  headWidth: number | null,
): ClassMap {
  const map = spec === undefined ? defaultMap(headWidth) : namedMap(spec, headWidth);
  if (headWidth !== null && map.width !== headWidth) {
    throw new SpuriousError(
      "CLASS_MAP_INVALID",
      `class map does not fit: ${map.name}: expected one for the model's ${headWidth} outputs, ` +
        `got one for ${map.width}`,
      { input: map.name, hint: candidateHint(headWidth) },
    );
  }
  return map;
}

/**
 * What names a model's class map wherever it is read: a file is replaced by what is in it.
 * @param spec as for resolveClassMap, which made `map` of it
 */
export function portableClassMap(
  spec: string | ClassMapDocument | undefined,
  map: ClassMap,
): string | ClassMapDocument | undefined {
  const isFile = typeof spec === "string" && builtInMap(spec) === undefined;
  return isFile ? documentOf(map) : spec;
}

function builtInMap(name: string): ClassMap | undefined {
  const kept = builtIn.get(name);
  const head = builtInHeads().find((candidate) => candidate.name === name);
  if (kept !== undefined || head === undefined) {
    return kept;
  }
  const entries = imageNetClasses().map((info) => ({
    ...info,
    column: head.columns[info.index] ?? -1,
  }));
  const map = classTable(name, entries, head.width);
  builtIn.set(name, map);
  return map;
}

/** Only 1000 columns mean one thing; wider heads of one width exist in several orders. */
function defaultMap(headWidth: number | null): ClassMap {
  if (headWidth === IMAGENET_1K_WIDTH) {
    return imagenet1k();
  }
  const width = headWidth === null ? "an unknown number of" : String(headWidth);
  throw new SpuriousError(
    "CLASS_MAP_INVALID",
    `class map not given: a model with ${width} outputs: expected --class-map, got none`,
    headWidth === null ? {} : { hint: candidateHint(headWidth) },
  );
}

function namedMap(spec: string | ClassMapDocument, headWidth: number | null): ClassMap {
  if (typeof spec !== "string") {
    return classMapOfDocument(spec, "class map of the model file", headWidth);
  }
  const known = builtInMap(spec);
  if (known !== undefined) {
    return known;
  }
  let text: string;
  try {
    text = readFileSync(spec, "utf8");
  } catch (cause) {
    const names = builtInHeads().map(({ name }) => name);
    throw new SpuriousError(
      "CLASS_MAP_INVALID",
      `class map not found: ${spec}: expected ${names.join(", ")} or a readable file, ` +
        `got ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      { input: spec, cause },
    );
  }
  // Files of one name may hold other classes: results tell them apart by the name.
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const map = parseClassMap(text, basename(spec), headWidth);
  return { ...map, name: `${map.name}@${digest}` };
}

function candidateHint(headWidth: number): string {
  const fitting = builtInHeads().filter(({ width }) => width === headWidth);
  const own = "--class-map FILE (JSON or one label per line, docs/datasets.md)";
  return fitting.length === 0
    ? `no built-in class map has this width: pass ${own}`
    : `pass ${fitting.map(({ name }) => `--class-map ${name}`).join(" or ")}, or ${own}`;
}
