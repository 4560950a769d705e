import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { publishedScores } from "../imagenet/facts.js";
import { asFixEvaluation } from "../mitigation/fix-evaluation-shape.js";
import { SPUFIX_EVAL_SCHEMA } from "../mitigation/fix-evaluation.js";
import { modelName } from "../report/names.js";
import { publishedCaveats, publishedPlace } from "../report/published.js";
import { csvLine } from "../results/csv.js";
import type { EvalResult } from "../results/eval-result.js";
import { escapeLatex } from "../results/latex.js";
import { asEvalResult, readResultDocument } from "../results/read-eval-result.js";
import type { Interval } from "../scoring/bootstrap.js";

/** One model: published, or of a result given. Accuracies in percent, null where not known. */
export interface LeaderboardRow {
  readonly model: string;
  readonly source: "published" | "result";
  readonly pretraining: string | null;
  readonly score: number;
  readonly scoreCi95: Interval | null;
  readonly auroc: number | null;
  readonly accuracy: number | null;
  /** After SpuFix, where published or evaluated. */
  readonly fixedScore: number | null;
  readonly fixedAccuracy: number | null;
  readonly folder: string | null;
  /** Why it is to be compared with the published scores with care: whole sentences. */
  readonly caveats: readonly string[];
}

export interface LeaderboardOptions {
  /** Called for folders without a result: of runs that were stopped or failed. They are left out. */
  readonly onUnfinished?: ((folder: string) => void) | undefined;
}

/**
 * The published models and the results given, highest score first.
 * @param results folders of `eval`, `score` or `spufix eval`, or their result.json
 * @throws RESULT_INVALID damaged, foreign, or none of the folders has a result
 */
export async function leaderboardRows(
  results: readonly string[],
  { onUnfinished }: LeaderboardOptions = {},
): Promise<LeaderboardRow[]> {
  const published = publishedScores().map(
    (row): LeaderboardRow => ({
      model: row.model,
      source: "published",
      pretraining: row.pretraining,
      score: row.score,
      scoreCi95: null,
      auroc: null,
      accuracy: row.accuracy,
      fixedScore: row.spufix_score,
      fixedAccuracy: row.spufix_accuracy,
      folder: null,
      caveats: [],
    }),
  );
  const finished = await Promise.all(results.map(isFinished));
  const kept = results.filter((folder, i) => {
    if (finished[i] !== true) onUnfinished?.(folder);
    return finished[i];
  });
  // With nothing but unfinished ones, the first says what is missing.
  const own = await Promise.all((kept.length > 0 ? kept : results.slice(0, 1)).map(ownRow));
  return [...published, ...own].sort((a, b) => b.score - a.score || (a.model < b.model ? -1 : 1));
}

/** Anything but a folder that lacks its result.json. */
async function isFinished(path: string): Promise<boolean> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  return !isFolder || (await stat(join(path, "result.json")).catch(() => null)) !== null;
}

async function ownRow(path: string): Promise<LeaderboardRow> {
  const { folder, file, document } = await readResultDocument(path);
  if (document.schema !== SPUFIX_EVAL_SCHEMA)
    return resultRow(asEvalResult(document, file), folder);
  const { before, after, accuracy } = asFixEvaluation(document, file);
  const [atFirst, afterwards] = (accuracy?.accuracy ?? []).map((share) => share * 100);
  return {
    ...resultRow(before, folder),
    accuracy: atFirst ?? null,
    fixedScore: after.score.mean,
    fixedAccuracy: afterwards ?? null,
  };
}

function resultRow(result: EvalResult, folder: string): LeaderboardRow {
  return {
    model: nameOf(result, folder),
    source: "result",
    pretraining: null,
    score: result.score.mean,
    scoreCi95: result.score.meanCi95,
    auroc: result.auroc.mean,
    accuracy: null,
    fixedScore: null,
    fixedAccuracy: null,
    folder,
    caveats: publishedPlace(result) === null ? [OTHER_CLASSES] : publishedCaveats(result),
  };
}

const OTHER_CLASSES =
  "Its score is of other classes than the published ones, which it does not compare with.";

/** Tables of probabilities are told apart by their folders alone. */
function nameOf(result: EvalResult, folder: string): string {
  return result.provenance.model === null ? basename(resolve(folder)) : modelName(result);
}

/** leaderboard.csv */
export function leaderboardCsv(rows: readonly LeaderboardRow[]): string {
  const header = [
    "rank",
    "model",
    "source",
    "pretraining",
    "score",
    "scoreCi95Low",
    "scoreCi95High",
    "auroc",
    "accuracy",
    "spufixScore",
    "spufixAccuracy",
  ];
  const lines = rows.map((row, i) =>
    csvLine([
      i + 1,
      row.model,
      row.source,
      row.pretraining,
      row.score,
      row.scoreCi95?.[0] ?? null,
      row.scoreCi95?.[1] ?? null,
      row.auroc,
      row.accuracy,
      row.fixedScore,
      row.fixedAccuracy,
    ]),
  );
  return `${[csvLine(header), ...lines].join("\n")}\n`;
}

/** leaderboard.tex: a booktabs table; results given are set in bold. */
export function leaderboardLatex(rows: readonly LeaderboardRow[]): string {
  const number = (value: number | null, decimals: number): string =>
    value === null ? "--" : value.toFixed(decimals);
  const lines = rows.map((row) => {
    const name =
      row.source === "result" ? `\\textbf{${escapeLatex(row.model)}}` : escapeLatex(row.model);
    const cells = [
      name,
      row.pretraining === null ? "--" : escapeLatex(row.pretraining),
      number(row.accuracy, 1),
      number(row.score, 3),
      number(row.fixedAccuracy, 1),
      number(row.fixedScore, 3),
    ];
    return `  ${cells.join(" & ")} \\\\`;
  });
  return `\\begin{tabular}{llrrrr}
  \\toprule
  Model & Pretraining & Accuracy & Score & Accuracy (SpuFix) & Score (SpuFix) \\\\
  \\midrule
${lines.join("\n")}
  \\bottomrule
\\end{tabular}
`;
}
