import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type * as t from "typanion";
import { type Comparison, COMPARISON_SCHEMA } from "../comparison/compare.js";
import { COMPARISON_SHAPE } from "../comparison/comparison-shape.js";
import { LEADERBOARD_SHAPE } from "../comparison/leaderboard-shape.js";
import { type LeaderboardDocument, LEADERBOARD_SCHEMA } from "../comparison/write-leaderboard.js";
import { DOCUMENT_NAME } from "../evidence/class-document.js";
import { EVIDENCE_SCHEMA, type EvidenceDocument } from "../evidence/evidence-file.js";
import { readEvidenceFolder } from "../labelling/evidence-folder.js";
import { MINE_SCHEMA, type MineResult, readMineResult } from "../mining/mine-result.js";
import { asFixEvaluation } from "../mitigation/fix-evaluation-shape.js";
import { type FixEvaluation, SPUFIX_EVAL_SCHEMA } from "../mitigation/fix-evaluation.js";
import { PCA_SCHEMA, type PcaIndex, readPcaIndex } from "../pca/pca-index.js";
import { shapeFault } from "../results/document-shape.js";
import { EVAL_SCHEMA, type EvalResult } from "../results/eval-result.js";
import { resultInvalid } from "../results/read-document.js";
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
    case SPUFIX_EVAL_SCHEMA:
      return { kind: "fix", folder, evaluation: asFixEvaluation(document, file) };
    case COMPARISON_SCHEMA:
      requireShape(document, COMPARISON_SHAPE, file);
      return { kind: "comparison", folder, comparison: document as Comparison };
    case LEADERBOARD_SCHEMA:
      requireShape(document, LEADERBOARD_SHAPE, file);
      return { kind: "leaderboard", folder, board: document as LeaderboardDocument };
    case MINE_SCHEMA:
      return { kind: "mine", folder, mined: (await readMineResult(file)).result };
    case PCA_SCHEMA:
      return { kind: "pca", folder, index: await readPcaIndex(folder) };
    case EVIDENCE_SCHEMA:
      return evidenceOf(dirname(folder));
    default:
      throw resultInvalid(
        file,
        `schema ${KNOWN.join(", ")}`,
        JSON.stringify(document.schema) ?? "none",
      );
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

function requireShape(document: object, shape: t.AnyStrictValidator, file: string): void {
  const fault = shapeFault(document, shape);
  if (fault !== null) throw resultInvalid(file, "a whole document", fault);
}
