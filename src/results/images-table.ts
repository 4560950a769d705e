import { parse } from "csv-parse/sync";
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Split } from "../datasets/sample.js";
import { SpuriousError } from "../errors.js";
import type { ClassMap } from "../imagenet/class-info.js";
import { classesNamed } from "../imagenet/find-class.js";
import type { ImageRow } from "../scoring/image-row.js";
import { csvLine } from "./csv.js";

const REQUIRED = ["path", "split", "class", "p"] as const;
const COLUMNS = [...REQUIRED, "logit", "predicted", "predictedProb"] as const;

/** images.csv: one line per image. */
export function imagesCsv(rows: readonly ImageRow[]): string {
  const lines = rows.map((row) => csvLine(COLUMNS.map((column) => row[column])));
  return `${[csvLine(COLUMNS), ...lines].join("\n")}\n`;
}

/** images.parquet: the columns of images.csv. */
export function imagesParquet(rows: readonly ImageRow[]): Uint8Array {
  const types = {
    path: "STRING",
    split: "STRING",
    class: "INT32",
    p: "FLOAT",
    logit: "FLOAT",
    predicted: "INT32",
    predictedProb: "FLOAT",
  } as const;
  const columnData = COLUMNS.map((name) => ({
    name,
    data: rows.map((row) => row[name]),
    type: types[name],
    nullable: !(REQUIRED as readonly string[]).includes(name),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** Rows of a table, and the line of the file that each stands in. */
export interface ImageTable {
  readonly rows: ImageRow[];
  readonly lines: number[];
}

interface Parsed {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

/** Index of the class that a cell names. @param place file and line, for messages */
export type ClassReader = (text: string, place: string) => number;

/** Classes by index, WordNet id or name. @throws SCORE_INPUT_INVALID (when reading) */
export function classesByName(classMap: ClassMap): ClassReader {
  return (text, place) => {
    const found = classesNamed(classMap, text);
    const [only] = found;
    if (only !== undefined && found.length === 1) return only.index;
    const what = found.length === 0 ? `"${text}"` : `"${text}", which several classes are called`;
    throw invalid(place, `a class of ${classMap.name} in column class`, what);
  };
}

/** Classes by index alone, as this program writes them. @throws SCORE_INPUT_INVALID (when reading) */
export const classesByIndex: ClassReader = (text, place) => {
  if (/^\d+$/.test(text)) return Number(text);
  throw invalid(place, "a class index in column class", `"${text}"`);
};

/**
 * Reads an images.csv of this program or of any framework: columns in any order, further ones
 * ignored. Probabilities are rounded to float32, as those of a
 * model are, so that saturated ones tie.
 * @throws SCORE_INPUT_INVALID naming file and line
 */
export function readImageTable(
  bytes: Uint8Array,
  name: string,
  classIndex: ClassReader,
): ImageTable {
  const { header, records } = parseCsv(bytes, name);
  const missing = REQUIRED.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw invalid(name, `the columns ${REQUIRED.join(", ")}`, `none named ${missing.join(", ")}`);
  }
  if (records.length === 0) throw invalid(name, "at least one image", "a table without rows");
  const rows = records.map(({ record, info }) =>
    readRow(record, `${name}:${info.lines}`, classIndex),
  );
  return { rows, lines: records.map(({ info }) => info.lines) };
}

function parseCsv(bytes: Uint8Array, name: string): { header: string[]; records: Parsed[] } {
  let header: string[] = [];
  const columns = (names: string[]): string[] => {
    header = names.map((column) => column.trim());
    return header;
  };
  try {
    const records = parse(Buffer.from(bytes), {
      columns,
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Parsed[];
    return { header, records };
  } catch (cause) {
    throw invalid(name, "a CSV table", (cause as Error).message, cause);
  }
}

function readRow(
  record: Readonly<Record<string, string>>,
  place: string,
  classIndex: ClassReader,
): ImageRow {
  const number = (column: string): number | null => {
    const text = record[column] ?? "";
    if (text === "") return null;
    const value = Number(text);
    if (Number.isNaN(value) && text.toLowerCase() !== "nan") {
      throw invalid(place, `a number in column ${column}`, `"${text}"`);
    }
    return value;
  };
  const p = number("p");
  if (p === null) throw invalid(place, "a number in column p", "none");
  const predictedProb = number("predictedProb");
  return {
    path: record["path"] ?? "",
    split: (record["split"] ?? "") as Split,
    class: classIndex(record["class"] ?? "", place),
    p: Math.fround(p),
    logit: number("logit"),
    predicted: number("predicted"),
    predictedProb: predictedProb === null ? null : Math.fround(predictedProb),
  };
}

function invalid(place: string, expected: string, got: string, cause?: unknown): SpuriousError {
  return new SpuriousError(
    "SCORE_INPUT_INVALID",
    `reading the table: ${place}: expected ${expected}, got ${got}`,
    { input: place, cause },
  );
}
