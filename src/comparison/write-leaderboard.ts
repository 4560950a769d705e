import { svgToPng } from "../report/svg-png.js";
import { ResultFolder, type ResultFolderOptions } from "../results/result-folder.js";
import { leaderboardPage } from "./leaderboard-page.js";
import { leaderboardSvg } from "./leaderboard-plot.js";
import { leaderboardCsv, leaderboardLatex, type LeaderboardRow } from "./leaderboard.js";

export const LEADERBOARD_SCHEMA = "spurious-native/leaderboard/1";

/** The document of leaderboard.json. */
export interface LeaderboardDocument {
  readonly schema: typeof LEADERBOARD_SCHEMA;
  readonly rows: readonly LeaderboardRow[];
}

/**
 * Writes leaderboard.json, leaderboard.csv, leaderboard.tex, leaderboard.html and the scatter as
 * scatter.svg and scatter.png.
 * @throws OUTPUT_EXISTS, OUTPUT_WRITE_FAILED
 */
export async function writeLeaderboard(
  rows: readonly LeaderboardRow[],
  out: string,
  { force }: Pick<ResultFolderOptions, "force"> = {},
): Promise<void> {
  await using folder = await ResultFolder.open(out, { force });
  const svg = leaderboardSvg(rows);
  const document: LeaderboardDocument = { schema: LEADERBOARD_SCHEMA, rows };
  await folder.complete([
    { name: "leaderboard.csv", content: leaderboardCsv(rows) },
    { name: "leaderboard.tex", content: leaderboardLatex(rows) },
    { name: "scatter.svg", content: svg },
    { name: "scatter.png", content: await svgToPng(svg) },
    { name: "leaderboard.html", content: leaderboardPage(rows) },
    { name: "leaderboard.json", content: `${JSON.stringify(document, null, 2)}\n` },
  ]);
}
