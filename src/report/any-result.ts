import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Comparison, COMPARISON_SCHEMA } from "../comparison/compare.js";
import { type LeaderboardDocument, LEADERBOARD_SCHEMA } from "../comparison/write-leaderboard.js";
import { SpuriousError } from "../errors.js";
import { DOCUMENT_NAME } from "../evidence/class-document.js";
import { EVIDENCE_SCHEMA, type EvidenceDocument } from "../evidence/evidence-file.js";
import { readEvidenceFolder } from "../labelling/evidence-folder.js";
import { MINE_SCHEMA, type MineResult, readMineResult } from "../mining/mine-result.js";
import { type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "../mitigation/fix-evaluation.js";
import { PCA_SCHEMA, type PcaIndex, readPcaIndex } from "../pca/pca-index.js";
import { EVAL_SCHEMA, type EvalResult } from "../results/eval-result.js";
import {
  asEvalResult,
  readResultDocument,
  type ResultDocument,
} from "../results/read-eval-result.js";

/** What a result folder holds, by the command that made it. */
export type AnyResult =
  /** Of `eval` or `score`. */
  | { readonly kind: "eval"; readonly folder: string; readonly result: EvalResult }
  /** Of `spufix eval`. */
  | { readonly kind: "fix"; readonly folder: string; readonly evaluation: FixEvaluation }
  /** Of `compare --out`. */
  | { readonly kind: "comparison"; readonly folder: string; readonly comparison: Comparison }
  /** Of `leaderboard --out`. */
  | { readonly kind: "leaderboard"; readonly folder: string; readonly board: LeaderboardDocument }
  /** Of `mine` or `mine merge`. */
  | { readonly kind: "mine"; readonly folder: string; readonly mined: MineResult }
  /** Of `pca fit`. */
  | { readonly kind: "pca"; readonly folder: string; readonly index: PcaIndex }
  /** Of `evidence`: its classes. */
  | {
      readonly kind: "evidence";
      readonly folder: string;
      readonly documents: readonly EvidenceDocument[];
    };

/** Documents by which a result folder is known, but for one of `evidence`. */
const DOCUMENTS = ["result.json", "compare.json", "leaderboard.json", "mine.json", "index.json"];

/**
 * Reads the result of any command that has a page.
 * @param path the folder, or the document in it
 * @throws RESULT_INVALID, ARTEFACT_INVALID missing, damaged, of another command or another schema
 */
export async function readAnyResult(path: string): Promise<AnyResult> {
  const found = await readDocument(path);
  if (found === null) return evidenceOf(path);
  const { folder, file, document } = found;
  switch (document.schema) {
    case EVAL_SCHEMA:
      return { kind: "eval", folder, result: asEvalResult(document, file) };
    case SPUFIX_EVAL_SCHEMA: {
      const evaluation = document as FixEvaluation;
      asEvalResult(evaluation.before, file);
      asEvalResult(evaluation.after, file);
      requireFields(evaluation, file, ["difference", "sideEffects", "doseCurve"]);
      return { kind: "fix", folder, evaluation };
    }
    case COMPARISON_SCHEMA: {
      const comparison = document as Comparison;
      requireFields(comparison, file, ["first", "second", "mean", "joint", "classes", "images"]);
      return { kind: "comparison", folder, comparison };
    }
    case LEADERBOARD_SCHEMA: {
      const board = document as LeaderboardDocument;
      requireFields(board, file, ["rows"]);
      return { kind: "leaderboard", folder, board };
    }
    case MINE_SCHEMA:
      return { kind: "mine", folder, mined: (await readMineResult(file)).result };
    case PCA_SCHEMA:
      return { kind: "pca", folder, index: await readPcaIndex(folder) };
    case EVIDENCE_SCHEMA:
      return evidenceOf(dirname(folder));
    default:
      throw invalid(file, `schema ${KNOWN.join(", ")}`, JSON.stringify(document.schema) ?? "none");
  }
}

const KNOWN = [
  EVAL_SCHEMA,
  SPUFIX_EVAL_SCHEMA,
  COMPARISON_SCHEMA,
  LEADERBOARD_SCHEMA,
  MINE_SCHEMA,
  PCA_SCHEMA,
  EVIDENCE_SCHEMA,
];

async function evidenceOf(folder: string): Promise<AnyResult> {
  const { classes } = await readEvidenceFolder(folder);
  return { kind: "evidence", folder, documents: classes.map(({ document }) => document) };
}

/** Most commands name their document result.json; null for a folder of evidence, a class in each. */
async function readDocument(path: string): Promise<ResultDocument | null> {
  for (const name of DOCUMENTS) {
    const file = join(path, name);
    if (await isFile(file)) return readResultDocument(file);
  }
  return (await holdsEvidence(path)) ? null : readResultDocument(path);
}

async function holdsEvidence(path: string): Promise<boolean> {
  const names = await readdir(path).catch(() => [] as string[]);
  const classes = names.filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(classes.map((name) => isFile(join(path, name, DOCUMENT_NAME))));
  return found.includes(true);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

function requireFields<T extends object>(document: T, file: string, names: (keyof T & string)[]) {
  const missing = names.find(
    (name) => typeof document[name] !== "object" || document[name] === null,
  );
  if (missing !== undefined) throw invalid(file, `the field ${missing}`, "a document without it");
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "RESULT_INVALID",
    `reading a result: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
