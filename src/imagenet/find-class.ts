import { SpuriousError } from "../errors.js";
import type { ClassInfo, ClassMap } from "./class-info.js";

interface NameIndex {
  /** By index, WordNet id or label. */
  readonly names: ReadonlyMap<string, readonly ClassInfo[]>;
  readonly synonyms: ReadonlyMap<string, readonly ClassInfo[]>;
}

const indices = new WeakMap<ClassMap, NameIndex>();

/**
 * Every class that a text may mean: its index (zeros in front allowed), WordNet id or label; if none
 * of these, one of its synonyms. Case does not matter; `_`, `-` and blanks are the same. More than
 * one where a name is ambiguous: `crane` is 134 and 517.
 */
export function classesNamed(map: ClassMap, text: string): readonly ClassInfo[] {
  let index = indices.get(map);
  if (index === undefined) {
    index = { names: byName(map, namesOf), synonyms: byName(map, synonymsOf) };
    indices.set(map, index);
  }
  const key = fold(text);
  return index.names.get(key) ?? index.synonyms.get(key) ?? [];
}

/** @throws USAGE_INVALID no class, or several, have that name */
export function findClass(map: ClassMap, text: string): ClassInfo {
  const found = classesNamed(map, text);
  const [first] = found;
  if (first !== undefined && found.length === 1) {
    return first;
  }
  const similar = found.length > 0 ? found : similarClasses(map, text);
  throw new SpuriousError(
    "USAGE_INVALID",
    `class not found: "${text}": expected an index, WordNet id or name of one class of ` +
      `${map.name}, got ${found.length === 0 ? "none" : describeClasses(found)}`,
    {
      input: text,
      hint:
        similar.length === 0
          ? `indices of ${map.name} run from ${map.classes[0]?.index ?? 0} to ${map.classes.at(-1)?.index ?? 0}`
          : `did you mean ${describeClasses(similar)}? Give the index`,
    },
  );
}

/** For messages: `134 crane (n02012849)`, joined by commas. */
export function describeClasses(classes: readonly ClassInfo[]): string {
  return classes.map(({ index, label, wnid }) => `${index} ${label} (${wnid})`).join(", ");
}

function similarClasses(map: ClassMap, text: string): ClassInfo[] {
  const part = fold(text);
  return part.length < 3
    ? []
    : map.classes.filter(({ synonyms }) => fold(synonyms).includes(part)).slice(0, 5);
}

function namesOf(info: ClassInfo): string[] {
  return [String(info.index), info.wnid, info.label];
}

function synonymsOf(info: ClassInfo): string[] {
  return info.synonyms.split(",");
}

function byName(
  map: ClassMap,
  namesOfClass: (info: ClassInfo) => string[],
): ReadonlyMap<string, readonly ClassInfo[]> {
  const table = new Map<string, ClassInfo[]>();
  for (const info of map.classes) {
    for (const key of new Set(namesOfClass(info).map(fold))) {
      const same = table.get(key);
      if (same === undefined) {
        table.set(key, [info]);
      } else {
        same.push(info);
      }
    }
  }
  return table;
}

function fold(text: string): string {
  const plain = text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim();
  return /^\d+$/.test(plain) ? plain.replace(/^0+(?=\d)/, "") : plain;
}
